// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/min_max_observer.h"

#include <algorithm>
#include <array>

namespace slipway::quantize {
namespace {

// Independent lanes let the compiler use SIMD, which it may not for one running minimum of floats.
constexpr std::size_t kLanes = 16;

ValueRange RangeOf(std::span<const float> values) {
  std::array<float, kLanes> low;
  std::array<float, kLanes> high;
  low.fill(values[0]);
  high.fill(values[0]);
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float value = values[i + lane];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
    }
  }
  for (; i < values.size(); ++i) {
    low[0] = std::min(low[0], values[i]);
    high[0] = std::max(high[0], values[i]);
  }
  return {*std::ranges::min_element(low), *std::ranges::max_element(high)};
}

}  // namespace

void MinMaxObserver::Observe(std::span<const float> values) {
  if (values.empty()) return;
  const ValueRange range = RangeOf(values);
  seen_ = seen_ ? Union(*seen_, range) : range;
}

Status MinMaxObserver::Merge(const RangeObserver& other) {
  const auto* same = dynamic_cast<const MinMaxObserver*>(&other);
  if (same == nullptr) return InvalidArgument("a min-max observer merges with its like alone");
  if (same->seen_) seen_ = seen_ ? Union(*seen_, *same->seen_) : *same->seen_;
  return {};
}

}  // namespace slipway::quantize
