// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/float_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace slipway::api {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr int kMantissaBits = 23;
constexpr std::uint32_t kHiddenBit = std::uint32_t{1} << kMantissaBits;
/// Of the exponent field, so that the mantissa with its hidden bit is a whole number.
constexpr int kExponentBias = 150;
/// From here on floats are whole numbers, of which std::to_chars writes every digit.
constexpr float kFirstWhole = 16777216;

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

/// digits · 10^exponent.
struct ShortDecimal {
  std::uint32_t digits;
  int exponent;
};

/// The upper bits of `power` · `factor`; the lowest one says whether anything was cut off.
std::uint32_t MultiplyToOdd(std::uint64_t power, std::uint32_t factor) {
  const Uint128 product = Uint128{power} * factor;
  const auto upper = static_cast<std::uint32_t>(product >> 64U);
  const auto cut = static_cast<std::uint32_t>(product >> 32U);
  return upper | (cut > 1 ? 1U : 0U);
}

/// The shortest decimal between the midpoints to the neighbours of `mantissa` · 2^`exponent`; of
/// several the nearest. `narrow_below`: the neighbour below is half as far away as that above.
ShortDecimal Shorten(std::uint32_t mantissa, int exponent, bool narrow_below) {
  const int power = (exponent * 1262611 - (narrow_below ? 524031 : 0)) >> 22;
  const int shift = exponent + FloorLog2OfPower(-power) + 1;
  const std::uint64_t scale = kPowers[static_cast<std::size_t>(-power - kMinPower)];
  // All in quarters of 10^power. Midpoints themselves round to even mantissas.
  const std::uint32_t odd = mantissa & 1U;
  const std::uint32_t lower =
      MultiplyToOdd(scale, (4 * mantissa - (narrow_below ? 1 : 2)) << shift) + odd;
  const std::uint32_t value = MultiplyToOdd(scale, (4 * mantissa) << shift);
  const std::uint32_t upper = MultiplyToOdd(scale, (4 * mantissa + 2) << shift) - odd;
  // Which candidate it is varies at random, so none of this is a branch.
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
  return {chosen, power + static_cast<int>(take_fewer)};
}

/// The nine digits of a number, and which of them count: no zeros at either end.
struct DigitText {
  char upper = '0';         ///< The first of nine.
  std::uint64_t lower = 0;  ///< The others as text, the first one lowest.
  unsigned skipped =
      0;  ///< Zeros before the first digit of `lower` that counts; none if `upper` counts.
  int count = 0;
  int dropped = 0;  ///< Zeros at the end.
};

/// The eight digits of `number`, below 100'000'000, one a byte, the first lowest: halves, then
/// pairs, then digits are divided out of one another, all at once.
std::uint64_t SplitEightDigits(std::uint32_t number) {
  std::uint64_t digits = number / 10000 | std::uint64_t{number % 10000} << 32U;
  const std::uint64_t hundreds = (digits * 10486 >> 20U) & 0x0000007F0000007FU;
  digits = hundreds | (digits - 100 * hundreds) << 16U;
  const std::uint64_t tens = (digits * 103 >> 10U) & 0x000F000F000F000FU;
  return tens | (digits - 10 * tens) << 8U;
}

/// `number` has one to nine digits and is not zero. Without branches, because lengths vary at
/// random.
DigitText Spell(std::uint32_t number) {
  constexpr std::uint32_t kEightDigits = 100'000'000;
  const std::uint32_t upper = number / kEightDigits;
  const std::uint64_t lower = SplitEightDigits(number % kEightDigits);
  const unsigned has_upper = upper != 0 ? 1 : 0;
  const auto leading =
      static_cast<unsigned>(std::countr_zero(lower | std::uint64_t{has_upper})) / 8;
  const int dropped = std::countl_zero(lower) / 8;
  return {.upper = static_cast<char>('0' + upper),
          .lower = lower + 0x3030303030303030U,
          .skipped = leading,
          .count = 8 + static_cast<int>(has_upper) - static_cast<int>(leading) - dropped,
          .dropped = dropped};
}

/// Writes all digits, and zeros or anything else behind them: nine characters.
void PutDigits(char* text, const DigitText& digits) {
  const std::uint64_t lower = digits.lower >> (8 * digits.skipped);
  text[0] = digits.upper;
  std::memcpy(text + (digits.upper != '0' ? 1 : 0), &lower, sizeof(lower));
}

/// Writes the digits from number `first` on, which is above zero: eight characters.
void PutDigitsFrom(char* text, const DigitText& digits, unsigned first) {
  const std::uint64_t lower =
      digits.lower >> (8 * (digits.skipped + first - (digits.upper != '0' ? 1 : 0)));
  std::memcpy(text, &lower, sizeof(lower));
}

/// Writes 0.000ddd or ddd.ddd or ddd000, `point` digits being before the decimal point.
char* WriteFixed(char* text, const DigitText& digits, int point) {
  if (point <= 0) {
    std::memcpy(text, "0.000000", 8);
    PutDigits(text + 2 - point, digits);
    return text + 2 - point + digits.count;
  }
  PutDigits(text, digits);
  if (point > digits.count)
    std::memset(text + digits.count, '0', static_cast<std::size_t>(point - digits.count));
  if (point >= digits.count) return text + point;
  text[point] = '.';
  PutDigitsFrom(text + point + 1, digits, static_cast<unsigned>(point));
  return text + digits.count + 1;
}

/// Writes d.dde-XX or d.dde+XX; `exponent` has at most two digits.
char* WriteScientific(char* text, const DigitText& digits, int exponent) {
  PutDigits(text, digits);
  text[1] = '.';
  if (digits.count > 1) PutDigitsFrom(text + 2, digits, 1);
  char* const end = text + (digits.count == 1 ? 1 : digits.count + 1);
  end[0] = 'e';
  end[1] = exponent < 0 ? '-' : '+';
  end[2] = static_cast<char>('0' + std::abs(exponent) / 10);
  end[3] = static_cast<char>('0' + std::abs(exponent) % 10);
  return end + 4;
}

}  // namespace

char* WriteFloat(char* text, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t fraction = bits & (kHiddenBit - 1);
  const auto field = static_cast<int>(bits >> kMantissaBits & 0xFFU);
  *text = '-';
  text += bits >> 31U;
  const float magnitude = std::bit_cast<float>(bits & 0x7FFFFFFFU);
  if (magnitude >= kFirstWhole) return std::to_chars(text, text + kFloatRoom, magnitude).ptr;
  if (magnitude == 0) {
    *text = '0';
    return text + 1;
  }
  const bool is_normal = field != 0;
  ShortDecimal decimal =
      Shorten(is_normal ? fraction | kHiddenBit : fraction,
              is_normal ? field - kExponentBias : 1 - kExponentBias, fraction == 0 && field > 1);
  const DigitText digits = Spell(decimal.digits);
  const int point = digits.count + digits.dropped + decimal.exponent;
  // The shorter form, and of equally long ones the fixed.
  const int fixed_length =
      point <= 0 ? 2 - point + digits.count : std::max(point, digits.count + 1);
  const int scientific_length = digits.count + (digits.count > 1 ? 1 : 0) + 4;
  if (point == digits.count || fixed_length <= scientific_length) {
    return WriteFixed(text, digits, point);
  }
  return WriteScientific(text, digits, point - 1);
}

}  // namespace slipway::api
