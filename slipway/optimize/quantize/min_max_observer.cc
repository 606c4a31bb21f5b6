// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/min_max_observer.h"

#include "slipway/optimize/quantize/internal/observer_state.h"
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <string_view>

namespace slipway::quantize {
namespace {

constexpr std::string_view kMinMaxName = "min-max";

}  // namespace

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

ObserverState MinMaxObserver::state() const {
  ObserverState state = {.observer = std::string(kMinMaxName), .numbers = {}, .counts = {}};
  if (seen_) state.numbers = {seen_->min, seen_->max};
  return state;
}

Status MinMaxObserver::Restore(const ObserverState& state) {
  SLIPWAY_TRY(CheckObserver(state, kMinMaxName));
  if (state.numbers.empty()) {
    seen_.reset();
    return {};
  }
  SLIPWAY_TRY(CheckContents(state, {.numbers = 2, .counts = 0}));
  SLIPWAY_TRY_ASSIGN(seen_, RestoreRange(state.numbers));
  return {};
}

}  // namespace slipway::quantize
