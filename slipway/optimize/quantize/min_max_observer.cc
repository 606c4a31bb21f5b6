// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/min_max_observer.h"

#include "slipway/optimize/quantize/internal/value_extremes.h"

namespace slipway::quantize {

void MinMaxObserver::Observe(std::span<const float> values, std::size_t /*samples*/) {
  if (values.empty()) return;
  const ValueRange range = ExtremesOf(values);
  seen_ = seen_ ? Union(*seen_, range) : range;
}

Status MinMaxObserver::Merge(const RangeObserver& other) {
  const auto* same = dynamic_cast<const MinMaxObserver*>(&other);
  if (same == nullptr) return InvalidArgument("a min-max observer merges with its like alone");
  if (same->seen_) seen_ = seen_ ? Union(*seen_, *same->seen_) : *same->seen_;
  return {};
}

}  // namespace slipway::quantize
