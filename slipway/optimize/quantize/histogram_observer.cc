// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/histogram_observer.h"

#include "slipway/optimize/quantize/internal/observer_state.h"

#include <span>
#include <string_view>

namespace slipway::quantize {
namespace {

constexpr std::string_view kHistogramName = "histogram";

}  // namespace

void HistogramObserver::Observe(std::span<const float> values, std::size_t /*samples*/) {
  histogram_.Add(values);
}

Status HistogramObserver::Merge(const RangeObserver& other) {
  const auto* same = dynamic_cast<const HistogramObserver*>(&other);
  if (same == nullptr) return InvalidArgument("a histogram observer merges with its like alone");
  histogram_.Merge(same->histogram_);
  return {};
}

ObserverState HistogramObserver::state() const {
  const ValueRange range = histogram_.range();
  ObserverState state = {.observer = std::string(kHistogramName),
                         .numbers = {range.min, range.max, histogram_.bin_width()},
                         .counts = {histogram_.zero_count()}};
  const auto bins = histogram_.counts();
  state.counts.insert(state.counts.end(), bins.begin(), bins.end());
  return state;
}

Status HistogramObserver::Restore(const ObserverState& state) {
  SLIPWAY_TRY(CheckObserver(state, kHistogramName));
  SLIPWAY_TRY(CheckContents(state, {.numbers = 3, .counts = 1 + ValueHistogram::kBins}));
  SLIPWAY_TRY_ASSIGN(const ValueRange range, RestoreRange(state.numbers));
  SLIPWAY_TRY_ASSIGN(histogram_,
                     ValueHistogram::Restore({.range = range,
                                              .bin_width = state.numbers[2],
                                              .zero_count = state.counts[0],
                                              .counts = std::span(state.counts).subspan(1)}));
  return {};
}

}  // namespace slipway::quantize
