// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace slipway::quantize {
namespace {

// Independent lanes let the compiler use SIMD, which it may not for one running minimum of floats.
constexpr std::size_t kLanes = 16;

// Whether all are finite. Without a branch for each value, so that the loop becomes SIMD.
bool AreFinite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  std::uint32_t broken = 0;
  for (const float value : values) {
    broken |=
        static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent);
  }
  return broken == 0;
}

}  // namespace

ValueRange ExtremesOf(std::span<const float> values) {
  std::array<float, kLanes> low;
  std::array<float, kLanes> high;
  low.fill(values[0]);
  high.fill(values[0]);
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float value = values[i + lane];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
    }
  }
  for (; i < values.size(); ++i) {
    low[0] = std::min(low[0], values[i]);
    high[0] = std::max(high[0], values[i]);
  }
  return {*std::ranges::min_element(low), *std::ranges::max_element(high)};
}

std::size_t FirstNonFinite(std::span<const float> values) {
  if (AreFinite(values)) return values.size();
  const auto first = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
  return static_cast<std::size_t>(first - values.begin());
}

}  // namespace slipway::quantize
