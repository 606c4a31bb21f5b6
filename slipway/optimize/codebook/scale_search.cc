// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/scale_search.h"

#include <algorithm>
#include <cmath>

namespace slipway::codebook {
namespace {

// Scales from 1/16 of the largest number on: with fewer bits the best one is smaller, but zero and
// one level of a size below a tenth of the largest number never wins on weights in use.
constexpr int kGridSteps = 64;
constexpr double kGridRange = 16;
constexpr int kMaxScaleTurns = 20;

float ImportanceOf(const WeightedNumbers& weighted, std::size_t i) {
  return weighted.importance.empty() ? 1.0F : weighted.importance[i];
}

// The scale with the least error for the levels that `scale` chooses.
float Refit(const WeightedNumbers& weighted, const LevelSet& set, float scale) {
  double product = 0;
  double square = 0;
  for (std::size_t i = 0; i < weighted.numbers.size(); ++i) {
    const double level = set.levels()[set.Nearest(weighted.numbers[i] / scale)];
    const double importance = ImportanceOf(weighted, i);
    product += importance * level * weighted.numbers[i];
    square += importance * level * level;
  }
  return square > 0 ? static_cast<float>(product / square) : scale;
}

}  // namespace

double ScaledError(const WeightedNumbers& weighted, const LevelSet& set, float scale) {
  double error = 0;
  for (std::size_t i = 0; i < weighted.numbers.size(); ++i) {
    const float number = weighted.numbers[i];
    const float level = scale > 0 ? set.levels()[set.Nearest(number / scale)] : 0;
    const double off = static_cast<double>(number) - static_cast<double>(scale) * level;
    error += ImportanceOf(weighted, i) * off * off;
  }
  return error;
}

float LargestScale(std::span<const float> numbers) {
  float largest = 0;
  for (const float number : numbers) largest = std::max(largest, std::abs(number));
  return largest;
}

float FindScale(const WeightedNumbers& weighted, const LevelSet& set) {
  const float largest = LargestScale(weighted.numbers);
  // Below the smallest normal number a quotient by the scale is not to be trusted.
  if (!std::isnormal(largest / static_cast<float>(kGridRange))) return largest;
  float best = largest;
  double least = ScaledError(weighted, set, best);
  const auto consider = [&](float scale) {
    if (!(scale > 0)) return false;
    const double error = ScaledError(weighted, set, scale);
    if (error >= least) return false;
    best = scale;
    least = error;
    return true;
  };
  for (int i = 1; i <= kGridSteps; ++i) {
    consider(
        static_cast<float>(largest * std::pow(kGridRange, -static_cast<double>(i) / kGridSteps)));
  }
  for (int turn = 0; turn < kMaxScaleTurns && consider(Refit(weighted, set, best)); ++turn) {
  }
  return best;
}

}  // namespace slipway::codebook
