// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/affine_scale.h"
#include "slipway/optimize/quantize/range_observer.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace slipway::quantize {

/// How many numbers and counts a state has.
struct StateSize {
  std::size_t numbers = 0;
  std::size_t counts = 0;
};

/// kInvalidArgument unless `state` is of the observer class called `name`.
Status CheckObserver(const ObserverState& state, std::string_view name);

/// kInvalidArgument unless `state` has `size` and its numbers are finite.
Status CheckContents(const ObserverState& state, const StateSize& size);

/// The range from `numbers[0]` to `numbers[1]`, which are there; kInvalidArgument if they are no
/// float32 range.
Result<ValueRange> RestoreRange(std::span<const double> numbers);

}  // namespace slipway::quantize
