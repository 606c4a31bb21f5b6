// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/float_text.h"

#include "slipway/api/internal/float_decimal.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace slipway::api {
namespace {

/// The nine digits of a number as text, and which of them count: no zeros at either end.
struct DigitText {
  char first = '0';          ///< Of nine.
  std::uint64_t others = 0;  ///< The first of them lowest.
  /// Zeros before the first digit of `others` that counts; none if `first` counts.
  unsigned skipped = 0;
  int count = 0;
  int dropped = 0;  ///< Zeros at the end.
};

/// The digits of a decimal, which is not zero. Without branches, because lengths vary at random.
DigitText Spell(std::uint32_t first, std::uint64_t others) {
  const unsigned has_first = first != 0 ? 1 : 0;
  const auto leading =
      static_cast<unsigned>(std::countr_zero(others | std::uint64_t{has_first})) / 8;
  const int dropped = std::countl_zero(others) / 8;
  return {.first = static_cast<char>('0' + first),
          .others = others + 0x3030303030303030U,
          .skipped = leading,
          .count = 8 + static_cast<int>(has_first) - static_cast<int>(leading) - dropped,
          .dropped = dropped};
}

/// Writes all digits, and zeros or anything else behind them: nine characters.
void PutDigits(char* text, const DigitText& digits) {
  const std::uint64_t others = digits.others >> (8 * digits.skipped);
  text[0] = digits.first;
  std::memcpy(text + (digits.first != '0' ? 1 : 0), &others, sizeof(others));
}

/// Writes the digits from number `from` on, which is above zero: eight characters.
void PutDigitsFrom(char* text, const DigitText& digits, unsigned from) {
  const std::uint64_t others =
      digits.others >> (8 * (digits.skipped + from - (digits.first != '0' ? 1 : 0)));
  std::memcpy(text, &others, sizeof(others));
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

/// Writes digits · 10^exponent in the shorter form, and of equally long ones in the fixed.
char* WriteDecimal(char* text, const DigitText& digits, int exponent) {
  const int point = digits.count + digits.dropped + exponent;
  const int fixed_length =
      point <= 0 ? 2 - point + digits.count : std::max(point, digits.count + 1);
  const int scientific_length = digits.count + (digits.count > 1 ? 1 : 0) + 4;
  if (point == digits.count || fixed_length <= scientific_length) {
    return WriteFixed(text, digits, point);
  }
  return WriteScientific(text, digits, point - 1);
}

/// Writes what has no use for a shortest decimal: zero, and large whole numbers, of which
/// std::to_chars writes every digit.
char* WriteSpecial(char* text, float value) {
  if (value != 0) return std::to_chars(text, text + kFloatRoom, value).ptr;
  const std::string_view zero = std::signbit(value) ? "-0.0" : "0";
  return std::copy(zero.begin(), zero.end(), text);
}

char* WriteChunk(char* text, std::span<const float> values) {
  ShortDecimals decimals;
  ShortenFloats(values, decimals);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    const float magnitude = std::abs(value);
    if (magnitude >= kFirstWholeFloat || magnitude == 0) {
      text = WriteSpecial(text, value);
    } else {
      *text = '-';
      text += std::bit_cast<std::uint32_t>(value) >> 31U;
      text = WriteDecimal(text, Spell(decimals.first[i], decimals.others[i]), decimals.exponent[i]);
    }
    *text++ = ',';
  }
  return text;
}

}  // namespace

char* WriteFloats(char* text, std::span<const float> values) {
  if (values.empty()) return text;
  for (; !values.empty(); values = values.subspan(std::min(kFloatChunk, values.size()))) {
    text = WriteChunk(text, values.first(std::min(kFloatChunk, values.size())));
  }
  return text - 1;  // Without the last comma.
}

}  // namespace slipway::api
