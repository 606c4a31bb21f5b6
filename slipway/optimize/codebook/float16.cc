// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/float16.h"

#include <bit>
#include <cmath>

namespace slipway::codebook {
namespace {

constexpr std::uint32_t kSign = 0x8000;
constexpr std::uint32_t kMantissaMask = 0x3FF;
constexpr std::uint32_t kInfinity = 0x7C00;
constexpr int kMantissaBits = 10;
constexpr std::uint32_t kExponentMask = 0x1F;
constexpr int kBias = 15;
// The smallest subnormal number is 2^-24.
constexpr int kSubnormalExponent = -24;
constexpr int kFloatMantissaBits = 23;
constexpr int kFloatBias = 127;

}  // namespace

std::uint16_t ToFloat16(float value) {
  const auto sign = (std::bit_cast<std::uint32_t>(value) >> 16U) & kSign;
  const float magnitude = std::abs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | kInfinity | 1U);
  // Below 2^-14 the numbers are evenly spaced; nearbyint rounds halves to even.
  if (magnitude < std::ldexp(1.0F, 1 - kBias)) {
    const auto steps =
        static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude, -kSubnormalExponent)));
    return static_cast<std::uint16_t>(sign | steps);
  }
  const auto bits = std::bit_cast<std::uint32_t>(magnitude);
  constexpr std::uint32_t kDropped = kFloatMantissaBits - kMantissaBits;
  // Half a step, less one where the last kept bit is even: ties go to even. A carry out of the
  // mantissa goes into the exponent, as it should.
  const std::uint32_t rounded = bits + (1U << (kDropped - 1)) - 1 + ((bits >> kDropped) & 1U);
  const std::uint32_t result =
      (rounded >> kDropped) -
      (static_cast<std::uint32_t>(kFloatBias - kBias) << static_cast<unsigned>(kMantissaBits));
  return static_cast<std::uint16_t>(sign | (result >= kInfinity ? kInfinity : result));
}

float FromFloat16(std::uint16_t bits) {
  const std::uint32_t exponent = (bits >> static_cast<unsigned>(kMantissaBits)) & kExponentMask;
  const auto mantissa = static_cast<float>(bits & kMantissaMask);
  const float sign = (bits & kSign) != 0 ? -1.0F : 1.0F;
  if (exponent == 0) return sign * std::ldexp(mantissa, kSubnormalExponent);
  if (exponent == kExponentMask) return sign * (mantissa == 0 ? HUGE_VALF : std::nanf(""));
  return sign * std::ldexp(mantissa + static_cast<float>(kMantissaMask + 1),
                           static_cast<int>(exponent) - kBias - kMantissaBits);
}

}  // namespace slipway::codebook
