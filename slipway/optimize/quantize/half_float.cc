// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/half_float.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace slipway::quantize {
namespace {

constexpr std::uint16_t kQuietNan = 0x7E00;
constexpr std::uint16_t kInfinity = 0x7C00;
constexpr unsigned kMantissaBits = 10;
constexpr int kExponentBias = 15;
constexpr unsigned kHalfBits = 16;

std::uint16_t SignOf(float value) {
  constexpr unsigned kSign = 0x8000;
  return static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) >> kHalfBits) & kSign);
}

}  // namespace

std::uint16_t Float16Bits(float value) {
  const std::uint16_t sign = SignOf(value);
  const float magnitude = std::abs(value);
  if (std::isnan(value)) return sign | kQuietNan;
  // Halfway between the largest number, 65504, and what would be the next.
  constexpr float kOverflow = 65520;
  if (magnitude >= kOverflow) return sign | kInfinity;
  if (magnitude == 0) return sign;
  // Subnormal numbers have the exponent of the smallest normal one.
  constexpr int kSmallestExponent = -14;
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  exponent = std::max(exponent - 1, kSmallestExponent);
  // The number in units of its last bit. llrint rounds halves to even. A mantissa that is rounded
  // up to the next power of two carries into the exponent by itself.
  const auto units = static_cast<std::uint32_t>(
      std::llrint(std::ldexp(magnitude, static_cast<int>(kMantissaBits) - exponent)));
  const auto biased = static_cast<std::uint32_t>(exponent - kSmallestExponent);
  const std::uint32_t bits = (biased << kMantissaBits) + units;
  return static_cast<std::uint16_t>(sign | bits);
}

float FromFloat16Bits(std::uint16_t bits) {
  constexpr unsigned kMantissa = 0x3FF;
  constexpr unsigned kExponent = 0x1F;
  constexpr unsigned kSignShift = 15;
  const unsigned mantissa = bits & kMantissa;
  const unsigned exponent = (bits >> kMantissaBits) & kExponent;
  float magnitude = 0;
  if (exponent == kExponent) {
    magnitude = mantissa == 0 ? HUGE_VALF : NAN;
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(mantissa),
                           1 - kExponentBias - static_cast<int>(kMantissaBits));
  } else {
    magnitude =
        std::ldexp(static_cast<float>(mantissa + (1U << kMantissaBits)),
                   static_cast<int>(exponent) - kExponentBias - static_cast<int>(kMantissaBits));
  }
  return (bits >> kSignShift) != 0 ? -magnitude : magnitude;
}

std::uint16_t Bfloat16Bits(float value) {
  constexpr std::uint16_t kNan = 0x7FC0;
  if (std::isnan(value)) return SignOf(value) | kNan;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  constexpr std::uint32_t kBelowHalf = 0x7FFF;
  const std::uint32_t is_odd = (bits >> kHalfBits) & 1U;
  return static_cast<std::uint16_t>((bits + kBelowHalf + is_odd) >> kHalfBits);
}

float FromBfloat16Bits(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << kHalfBits);
}

}  // namespace slipway::quantize
