// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/rounded_rows.h"

#include <bit>
#include <cmath>
#include <limits>

namespace slipway::kernels {
namespace {

constexpr float kMostByte = 127;

// The bits of the largest magnitude: as whole numbers they have the order of the magnitudes, with
// infinity and what is no number above all.
std::uint32_t LargestMagnitudeBits(const float* numbers, std::size_t count) {
  constexpr std::size_t kAtOnce = 8;
  constexpr std::uint32_t kWithoutSign = 0x7FFFFFFF;
  std::uint32_t largest[kAtOnce] = {};
  for (std::size_t i = 0; i < count; i += kAtOnce) {
    for (std::size_t j = 0; j < kAtOnce; ++j) {
      const std::uint32_t bits = std::bit_cast<std::uint32_t>(numbers[i + j]) & kWithoutSign;
      largest[j] = bits > largest[j] ? bits : largest[j];
    }
  }
  std::uint32_t all = 0;
  for (const std::uint32_t bits : largest) all = bits > all ? bits : all;
  return all;
}

}  // namespace

RoundedRow RoundRow(const float* numbers, std::size_t count, std::int8_t* bytes) {
  // To add it leaves no bits for the fraction, and the lowest ones hold the whole number.
  constexpr float kRounder = 12582912.0F;
  constexpr std::uint32_t kRounderBits = std::bit_cast<std::uint32_t>(kRounder);
  RoundedRow row;
  const auto largest = std::bit_cast<float>(LargestMagnitudeBits(numbers, count));
  const float factor = kMostByte / largest;
  if (!std::isfinite(largest) || !std::isfinite(factor)) {
    // A row of zeros, or of numbers so small that they count as such, or one that is broken.
    row.step = std::isfinite(largest) ? 0.0F : std::numeric_limits<float>::quiet_NaN();
    for (std::size_t i = 0; i < count; ++i) bytes[i] = 0;
    return row;
  }
  row.step = largest / kMostByte;
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(numbers[i] * factor + kRounder);
    const auto whole = static_cast<std::int32_t>(bits - kRounderBits);
    bytes[i] = static_cast<std::int8_t>(whole);
    sum += whole;
  }
  row.sum = sum;
  return row;
}

}  // namespace slipway::kernels
