// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/level_set.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slipway::codebook {

/// Numbers to be replaced by levels times a scale, and how much the error of each counts.
struct WeightedNumbers {
  std::span<const float> numbers = {};
  std::span<const float> importance = {};  ///< Not negative; empty: all 1.
};

/// The sum over `weighted` of importance · (number - scale · nearest level)².
double ScaledError(const WeightedNumbers& weighted, const LevelSet& set, float scale);

/// The scale with which the largest number becomes the largest level; 0 if all are zero.
float LargestScale(std::span<const float> numbers);

/// A scale with a small `ScaledError`, never greater than that of `LargestScale`: the best of a
/// grid below that one, improved by turns with the levels that it chooses. 0 if all numbers are 0.
float FindScale(const WeightedNumbers& weighted, const LevelSet& set);

}  // namespace slipway::codebook
