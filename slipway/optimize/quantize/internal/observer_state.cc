// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/observer_state.h"

#include <algorithm>
#include <cmath>

namespace slipway::quantize {

Status CheckObserver(const ObserverState& state, std::string_view name) {
  if (state.observer == name) return {};
  return InvalidArgument(
      "was observed by \"{}\", not by \"{}\": the calibration method is of another kind",
      state.observer, name);
}

Status CheckContents(const ObserverState& state, const StateSize& size) {
  const bool are_finite =
      std::ranges::all_of(state.numbers, [](double number) { return std::isfinite(number); });
  if (are_finite && state.numbers.size() == size.numbers && state.counts.size() == size.counts) {
    return {};
  }
  return InvalidArgument("{} numbers and {} counts are no state of \"{}\": the file is damaged",
                         state.numbers.size(), state.counts.size(), state.observer);
}

Result<ValueRange> RestoreRange(std::span<const double> numbers) {
  const ValueRange range = {static_cast<float>(numbers[0]), static_cast<float>(numbers[1])};
  if (std::isfinite(range.min) && std::isfinite(range.max) && range.min <= range.max) return range;
  return InvalidArgument("[{}, {}] is no range: the file is damaged", numbers[0], numbers[1]);
}

}  // namespace slipway::quantize
