// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/histogram.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace slipway::metrics {

Histogram::Histogram(std::vector<double> upper_bounds) : Histogram(std::move(upper_bounds), true) {}

Histogram::Histogram(std::vector<double> upper_bounds, bool is_enabled)
    : upper_bounds_(std::move(upper_bounds)),
      counts_(upper_bounds_.size() + 1),
      is_enabled_(is_enabled) {
  const auto is_finite = [](double bound) { return std::isfinite(bound); };
  SLIPWAY_CHECK(std::ranges::all_of(upper_bounds_, is_finite));
  SLIPWAY_CHECK(std::ranges::adjacent_find(upper_bounds_, std::greater_equal()) ==
                upper_bounds_.end());
}

void Histogram::Observe(double value) {
  if (!is_enabled_ || std::isnan(value)) return;
  const auto bound = std::ranges::lower_bound(upper_bounds_, value);
  counts_[static_cast<std::size_t>(bound - upper_bounds_.begin())].fetch_add(
      1, std::memory_order_relaxed);
  native_.Count(value);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t count = 0;
  for (const std::atomic<std::uint64_t>& bucket : counts_) {
    count += bucket.load(std::memory_order_relaxed);
  }
  return count;
}

std::vector<double> LatencyBounds() {
  return {25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3,
          25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1.0,  2.5,    5.0,  10.0};
}

}  // namespace slipway::metrics
