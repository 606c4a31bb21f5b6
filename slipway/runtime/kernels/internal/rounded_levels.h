// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace slipway::kernels {

/// Levels as whole numbers: level i is step · numbers[i].
struct WholeLevels {
  float step = 1;
  std::vector<int> numbers = {};
};

/// `levels` as multiples of one step, none above `most` or below -`most`, if that is what they are
/// but for the rounding of floats. With levels that are all 0 the step is 1.
std::optional<WholeLevels> AsMultiples(std::span<const float> levels, int most);

/// What whole numbers may be.
struct WholeNumberLimits {
  int most = 127;   ///< Neither above nor, with a minus, below.
  int range = 254;  ///< Between the least and the greatest.
};

/// `levels` as multiples of one step where that works within `limits`, else rounded to the finest
/// step that does.
WholeLevels RoundLevels(std::span<const float> levels, const WholeNumberLimits& limits);

}  // namespace slipway::kernels
