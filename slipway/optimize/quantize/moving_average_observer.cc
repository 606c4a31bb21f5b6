// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/moving_average_observer.h"

#include "slipway/optimize/quantize/internal/observer_state.h"
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <string_view>

namespace slipway::quantize {
namespace {

constexpr std::string_view kMovingAverageName = "moving-average";

}  // namespace

void MovingAverageObserver::Observe(std::span<const float> values, std::size_t samples) {
  if (values.empty()) return;
  const std::size_t parts = values.size() % samples == 0 ? samples : 1;
  const std::size_t size = values.size() / parts;
  for (std::size_t part = 0; part < parts; ++part) {
    const ValueRange range = ExtremesOf(values.subspan(part * size, size));
    min_sum_ += range.min;
    max_sum_ += range.max;
  }
  samples_ += parts;
}

Status MovingAverageObserver::Merge(const RangeObserver& other) {
  const auto* same = dynamic_cast<const MovingAverageObserver*>(&other);
  if (same == nullptr) {
    return InvalidArgument("a moving-average observer merges with its like alone");
  }
  min_sum_ += same->min_sum_;
  max_sum_ += same->max_sum_;
  samples_ += same->samples_;
  return {};
}

ObserverState MovingAverageObserver::state() const {
  return {.observer = std::string(kMovingAverageName),
          .numbers = {min_sum_, max_sum_},
          .counts = {samples_}};
}

Status MovingAverageObserver::Restore(const ObserverState& state) {
  SLIPWAY_TRY(CheckObserver(state, kMovingAverageName));
  SLIPWAY_TRY(CheckContents(state, {.numbers = 2, .counts = 1}));
  min_sum_ = state.numbers[0];
  max_sum_ = state.numbers[1];
  samples_ = state.counts[0];
  return {};
}

ValueRange MovingAverageObserver::range() const {
  if (samples_ == 0) return {};
  const auto samples = static_cast<double>(samples_);
  return {static_cast<float>(min_sum_ / samples), static_cast<float>(max_sum_ / samples)};
}

}  // namespace slipway::quantize
