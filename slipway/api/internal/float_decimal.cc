// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/float_decimal.h"

#include "slipway/base/vector_clones.h"

#include <bit>

namespace slipway::api {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr int kMantissaBits = 23;
constexpr std::uint32_t kHiddenBit = std::uint32_t{1} << kMantissaBits;
/// Of the exponent field, so that the mantissa with its hidden bit is a whole number.
constexpr int kExponentBias = 150;
constexpr std::uint64_t kLowHalf = 0xFFFFFFFFU;

constexpr int kMinPower = -31;
constexpr int kMaxPower = 45;

/// floor(log2(10^power)), right for |power| up to 1233.
constexpr int FloorLog2OfPower(int power) { return (power * 1741647) >> 19; }

/// 10^power, scaled by a power of two into [2^63, 2^64) and rounded up.
constexpr std::uint64_t ScaledPowerOfTen(int power) {
  Uint128 five = 1;
  for (int i = 0; i < (power < 0 ? -power : power); ++i) five *= 5;
  if (power >= 0) {
    Uint128 scaled = five;
    bool exact = true;
    while (scaled >> 64U != 0) {
      exact = exact && (scaled & 1U) == 0;
      scaled >>= 1U;
    }
    while (scaled >> 63U == 0) scaled <<= 1U;
    return static_cast<std::uint64_t>(scaled) + (exact ? 0 : 1);
  }
  // 1 / 5^-power by long division, until the quotient has 64 digits.
  std::uint64_t quotient = 0;
  for (Uint128 rest = 1; quotient >> 63U == 0;) {
    rest <<= 1U;
    quotient = quotient << 1U | (rest >= five ? 1U : 0U);
    if (rest >= five) rest -= five;
  }
  return quotient + 1;
}

constexpr auto kPowers = [] {
  std::array<std::uint64_t, kMaxPower - kMinPower + 1> powers{};
  for (int power = kMinPower; power <= kMaxPower; ++power) {
    powers[static_cast<std::size_t>(power - kMinPower)] = ScaledPowerOfTen(power);
  }
  return powers;
}();

/// A float as mantissa · 2^exponent.
struct Binary {
  std::uint32_t mantissa;
  int exponent;
  std::uint32_t narrow_below;  ///< 1 if the neighbour below is half as far away as that above.
};

inline Binary Split(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t fraction = bits & (kHiddenBit - 1);
  const auto field = static_cast<int>(bits >> kMantissaBits & 0xFFU);
  return {.mantissa = fraction | (field != 0 ? kHiddenBit : 0),
          .exponent = (field != 0 ? field : 1) - kExponentBias,
          .narrow_below = (fraction == 0 ? 1U : 0U) & (field > 1 ? 1U : 0U)};
}

/// digits · 10^exponent.
struct Decimal {
  std::uint32_t digits;
  int exponent;
};

/// The upper bits of `power` · `factor`, which has 96; the lowest one says whether anything but the
/// last ones was cut off.
inline std::uint32_t MultiplyToOdd(std::uint64_t power, std::uint32_t factor) {
  const std::uint64_t product =
      ((power & kLowHalf) * factor >> 32U) + (power >> 32U) * std::uint64_t{factor};
  const auto cut = static_cast<std::uint32_t>(product);
  return static_cast<std::uint32_t>(product >> 32U) | (cut > 1 ? 1U : 0U);
}

/// The shortest decimal between the midpoints to the neighbours of `binary`, of several the
/// nearest.
inline Decimal Shorten(const Binary& binary) {
  const int power =
      (binary.exponent * 1262611 - static_cast<int>(binary.narrow_below) * 524031) >> 22;
  const int shift = binary.exponent + FloorLog2OfPower(-power) + 1;
  const std::uint64_t scale = kPowers[static_cast<std::size_t>(-power - kMinPower)];
  // All in quarters of 10^power. Midpoints themselves round to even mantissas.
  const std::uint32_t quarters = 4 * binary.mantissa;
  const std::uint32_t odd = binary.mantissa & 1U;
  const std::uint32_t lower =
      MultiplyToOdd(scale, (quarters - 2 + binary.narrow_below) << shift) + odd;
  const std::uint32_t value = MultiplyToOdd(scale, quarters << shift);
  const std::uint32_t upper = MultiplyToOdd(scale, (quarters + 2) << shift) - odd;
  const std::uint32_t digits = value / 4;
  const std::uint32_t below_fits = lower <= 4 * digits ? 1 : 0;
  const std::uint32_t above_fits = 4 * digits + 4 <= upper ? 1 : 0;
  const std::uint32_t is_above_middle = value + (digits & 1U) > 4 * digits + 2 ? 1 : 0;
  const std::uint32_t one_fits = below_fits ^ above_fits;
  const std::uint32_t nearest =
      digits + ((one_fits & above_fits) | ((one_fits ^ 1U) & is_above_middle));
  const std::uint32_t fewer = digits / 10;
  const std::uint32_t fewer_below_fits = lower <= 40 * fewer ? 1 : 0;
  const std::uint32_t fewer_above_fits = 40 * fewer + 40 <= upper ? 1 : 0;
  const std::uint32_t take_fewer = (fewer_below_fits ^ fewer_above_fits) & (fewer != 0 ? 1U : 0U);
  const std::uint32_t chosen =
      nearest ^ ((nearest ^ (fewer + fewer_above_fits)) & (0U - take_fewer));
  return {.digits = chosen, .exponent = power + static_cast<int>(take_fewer)};
}

/// The eight digits of `number`, below 100'000'000, one a byte, the first lowest: halves, then
/// pairs, then digits are divided out of one another, all at once.
inline std::uint64_t SplitEightDigits(std::uint32_t number) {
  std::uint64_t digits = number / 10000 | std::uint64_t{number % 10000} << 32U;
  const std::uint64_t hundreds = (digits * 10486 >> 20U) & 0x0000007F0000007FU;
  digits = hundreds | (digits - 100 * hundreds) << 16U;
  const std::uint64_t tens = (digits * 103 >> 10U) & 0x000F000F000F000FU;
  return tens | (digits - 10 * tens) << 8U;
}

}  // namespace

SLIPWAY_VECTOR_CLONES
void ShortenFloats(std::span<const float> values, ShortDecimals& decimals) {
  constexpr std::uint32_t kEightDigits = 100'000'000;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Decimal decimal = Shorten(Split(values[i]));
    decimals.exponent[i] = decimal.exponent;
    decimals.first[i] = decimal.digits / kEightDigits;
    decimals.others[i] = SplitEightDigits(decimal.digits % kEightDigits);
  }
}

}  // namespace slipway::api
