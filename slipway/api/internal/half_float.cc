// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/half_float.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace slipway::api {
namespace {

/// A 16-bit binary format of IEEE 754's form.
struct Format {
  int fraction_bits;
  int smallest_exponent;  ///< Of normal numbers.

  std::uint32_t infinity() const { return 0x7FFFU >> fraction_bits << fraction_bits; }
};

constexpr Format kFloat16Format{.fraction_bits = 10, .smallest_exponent = -14};
constexpr Format kBfloat16Format{.fraction_bits = 7, .smallest_exponent = -126};

std::uint16_t Round(double value, const Format& format) {
  const std::uint32_t sign = std::signbit(value) ? 0x8000U : 0U;
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7FFFU);
  if (std::isinf(value)) return static_cast<std::uint16_t>(sign | format.infinity());
  if (value == 0) return static_cast<std::uint16_t>(sign);
  // Scaled so that one unit is the last place of the result: the rounding to a whole number, ties
  // to even, is then the rounding that is wanted.
  const int exponent = std::max(std::ilogb(value), format.smallest_exponent);
  if (exponent > -format.smallest_exponent + 1) {
    return static_cast<std::uint16_t>(sign | format.infinity());
  }
  const double units =
      std::nearbyint(std::scalbn(std::abs(value), format.fraction_bits - exponent));
  // A significand that rounds up to the next power of two carries into the exponent, as it should.
  const auto biased = static_cast<std::uint32_t>(exponent - format.smallest_exponent);
  const std::uint32_t bits = (biased << format.fraction_bits) + static_cast<std::uint32_t>(units);
  return static_cast<std::uint16_t>(sign | std::min(bits, format.infinity()));
}

}  // namespace

Float16 RoundToFloat16(double value) { return {Round(value, kFloat16Format)}; }
Bfloat16 RoundToBfloat16(double value) { return {Round(value, kBfloat16Format)}; }

float ToFloat(Float16 number) {
  const std::uint32_t sign = (number.bits & 0x8000U) << 16U;
  const std::uint32_t magnitude = number.bits & 0x7FFFU;
  if (magnitude >= 0x7C00U) {
    return std::bit_cast<float>(sign | 0x7F800000U | (magnitude & 0x3FFU) << 13U);
  }
  // Read as a float whose exponent is too small by 112, then multiplied: exact, subnormals too.
  const float value = std::bit_cast<float>(magnitude << 13U) * 0x1p112F;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(value));
}

float ToFloat(Bfloat16 number) { return std::bit_cast<float>(std::uint32_t{number.bits} << 16U); }

}  // namespace slipway::api
