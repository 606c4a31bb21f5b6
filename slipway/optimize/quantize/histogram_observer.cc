// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/histogram_observer.h"

namespace slipway::quantize {

void HistogramObserver::Observe(std::span<const float> values, std::size_t /*samples*/) {
  histogram_.Add(values);
}

Status HistogramObserver::Merge(const RangeObserver& other) {
  const auto* same = dynamic_cast<const HistogramObserver*>(&other);
  if (same == nullptr) return InvalidArgument("a histogram observer merges with its like alone");
  histogram_.Merge(same->histogram_);
  return {};
}

}  // namespace slipway::quantize
