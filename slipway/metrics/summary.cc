// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/summary.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <map>

namespace slipway::metrics {
namespace {

constexpr std::chrono::seconds kSliceLength{12};
constexpr std::size_t kAllBuckets = std::size_t{1} << 20U;

/// The middle of bucket `index`, on the scale on which buckets are even.
double MiddleOf(std::int32_t index) {
  return std::exp2((index - 0.5) / (1 << ExponentialBuckets::kSchema));
}

/// Counts by the middle of their bucket, of all slices of a window.
using Distribution = std::map<double, std::uint64_t>;

double QuantileOf(const Distribution& distribution, double quantile) {
  std::uint64_t count = 0;
  for (const auto& [value, times] : distribution) count += times;
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto rank = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count)));
  std::uint64_t seen = 0;
  for (const auto& [value, times] : distribution) {
    seen += times;
    if (seen >= rank) return value;
  }
  return distribution.rbegin()->first;
}

}  // namespace

Summary::Summary(const Clock& clock) : clock_(clock) {}

std::int64_t Summary::CurrentSlice() const {
  return clock_.Now().time_since_epoch() / kSliceLength;
}

void Summary::Observe(double value) {
  if (std::isnan(value)) return;
  const MutexLock lock(mutex_);
  const std::int64_t now = CurrentSlice();
  Slice& slice = slices_[static_cast<std::size_t>(now) % kSlices];
  if (slice.number != now) slice = {now, std::make_unique<ExponentialBuckets>()};
  slice.values->Count(value);
  ++count_;
  sum_ += value;
}

Summary::Reading Summary::Read() const {
  const MutexLock lock(mutex_);
  const std::int64_t now = CurrentSlice();
  Distribution distribution;
  for (const Slice& slice : slices_) {
    if (slice.number < 0 || slice.number + static_cast<std::int64_t>(kSlices) <= now) continue;
    const BucketCounts counts = slice.values->Read(kAllBuckets);
    if (counts.zero_count > 0) distribution[0] += counts.zero_count;
    for (const auto& [index, count] : counts.buckets) distribution[MiddleOf(index)] += count;
  }
  Reading reading{.count = count_, .sum = sum_};
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    reading.quantiles[i] = QuantileOf(distribution, kQuantiles[i]);
  }
  return reading;
}

}  // namespace slipway::metrics
