// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/rounded_levels.h"

#include <algorithm>
#include <cmath>

namespace slipway::kernels {
namespace {

float LargestMagnitude(std::span<const float> levels) {
  float largest = 0;
  for (const float level : levels) largest = std::max(largest, std::abs(level));
  return largest;
}

WholeLevels RoundTo(std::span<const float> levels, double step) {
  WholeLevels whole = {.step = static_cast<float>(step)};
  for (const float level : levels)
    whole.numbers.push_back(static_cast<int>(std::lround(level / step)));
  return whole;
}

bool IsAlike(std::span<const float> levels, const WholeLevels& whole, double step) {
  // Each level and the largest one, by which steps are found, have been rounded once.
  constexpr double kTolerance = 2.5e-7;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double want = whole.numbers[i];
    if (std::abs(levels[i] / step - want) > kTolerance * std::abs(want)) return false;
  }
  return true;
}

bool IsWithin(const WholeLevels& whole, const WholeNumberLimits& limits) {
  const auto [least, greatest] = std::ranges::minmax(whole.numbers);
  return std::max(greatest, -least) <= limits.most && greatest - least <= limits.range;
}

}  // namespace

std::optional<WholeLevels> AsMultiples(std::span<const float> levels, int most) {
  const double largest = LargestMagnitude(levels);
  if (largest == 0) return RoundTo(levels, 1);
  for (int steps = 1; steps <= most; ++steps) {
    const double step = largest / steps;
    WholeLevels whole = RoundTo(levels, step);
    if (IsAlike(levels, whole, step)) return whole;
  }
  return std::nullopt;
}

WholeLevels RoundLevels(std::span<const float> levels, const WholeNumberLimits& limits) {
  auto multiples = AsMultiples(levels, limits.most);
  if (multiples && IsWithin(*multiples, limits)) return *std::move(multiples);
  const auto [least, greatest] = std::ranges::minmax(levels);
  const double magnitude = LargestMagnitude(levels);
  const double range = static_cast<double>(greatest) - least;
  // One less than the range: rounding may move both ends outwards.
  const double step = std::max(magnitude / limits.most, range / (limits.range - 1));
  return RoundTo(levels, step);
}

}  // namespace slipway::kernels
