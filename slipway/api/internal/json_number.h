// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace slipway::api {

/// Why a piece of text did not become a number.
enum class NumberFault : std::uint8_t {
  kNone,
  kNotANumber,  ///< No number of JSON's grammar: NaN, +1, 01, .5, 1. and all else.
  kNotWhole,    ///< A fraction or an exponent where an integer is wanted.
  kOutOfRange,  ///< A number that the type cannot hold.
};

/// Where a number ended and whether it is one. `end` is where reading stopped.
struct NumberEnd {
  const char* end;
  NumberFault fault = NumberFault::kNone;
};

/// A decimal number as JSON writes it: `digits` times ten to the power of `exponent`.
struct Decimal {
  std::uint64_t digits = 0;  ///< Wrong, by overflow, if `digit_count` is above 19.
  std::int64_t exponent = 0;
  std::int64_t digit_count = 0;  ///< Leading zeros included.
  bool negative = false;
};

__extension__ using Uint128 = unsigned __int128;

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// The number whose eight digits are the bytes of `values`, first digit lowest: neighbours are
/// joined to pairs, then to fours, then all, by multiplication.
inline std::uint64_t JoinEightDigits(std::uint64_t values) {
  values = (values * 10) + (values >> 8U);
  constexpr std::uint64_t kPairs = 0x000000FF000000FFU;
  const std::uint64_t high = (values & kPairs) * (100 + (std::uint64_t{1000000} << 32U));
  const std::uint64_t low = ((values >> 16U) & kPairs) * (1 + (std::uint64_t{10000} << 32U));
  return (high + low) >> 32U;
}

/// The eight characters from `text` on, each less '0', the first one lowest.
inline std::uint64_t LoadEightDigits(const char* text) {
  std::uint64_t values = 0;
  std::memcpy(&values, text, sizeof(values));
  return values ^ 0x3030303030303030U;
}

/// The top bits of the bytes of `values` that are no digits; right up to the first such byte.
inline std::uint64_t MarkOthers(std::uint64_t values) {
  return ((values + 0x7676767676767676U) | values) & 0x8080808080808080U;
}

inline constexpr std::uint64_t kWholePowersOfTen[16] = {1,
                                                        10,
                                                        100,
                                                        1'000,
                                                        10'000,
                                                        100'000,
                                                        1'000'000,
                                                        10'000'000,
                                                        100'000'000,
                                                        1'000'000'000,
                                                        10'000'000'000,
                                                        100'000'000'000,
                                                        1'000'000'000'000,
                                                        10'000'000'000'000,
                                                        100'000'000'000'000,
                                                        1'000'000'000'000'000};

/// Appends the digits from `text` on to `digits`; returns the first character that is none.
///
/// Eight characters at a time, without a branch on how many of them are digits: in a tensor the
/// lengths vary at random, and mispredicted branches would take half of the time.
[[gnu::always_inline]] inline const char* ScanDigits(const char* text, const char* limit,
                                                     std::uint64_t& digits) {
  while (limit - text >= 8) {
    const std::uint64_t values = LoadEightDigits(text);
    const std::uint64_t others = MarkOthers(values);
    if (others == 0) {
      digits = digits * 100'000'000 + JoinEightDigits(values);
      text += 8;
      continue;
    }
    const auto count = static_cast<unsigned>(std::countr_zero(others)) / 8;
    const std::uint64_t aligned = (values << (56 - 8 * count)) << 8U;
    digits = digits * kWholePowersOfTen[count] + JoinEightDigits(aligned);
    return text + count;
  }
  for (; IsDigit(*text); ++text) digits = digits * 10 + static_cast<std::uint64_t>(*text - '0');
  return text;
}

/// As `ScanDigits`, for digits of which there are more: sixteen characters at a time.
[[gnu::always_inline]] inline const char* ScanManyDigits(const char* text, const char* limit,
                                                         std::uint64_t& digits) {
  constexpr std::uint64_t kEight = 100'000'000;
  while (limit - text >= 16) {
    const std::uint64_t first = LoadEightDigits(text);
    const std::uint64_t second = LoadEightDigits(text + 8);
    const std::uint64_t others_in_first = MarkOthers(first);
    const std::uint64_t others_in_second = MarkOthers(second);
    if ((others_in_first | others_in_second) == 0) {
      digits = digits * kEight * kEight + JoinEightDigits(first) * kEight + JoinEightDigits(second);
      text += 16;
      continue;
    }
    const int place = others_in_first != 0 ? std::countr_zero(others_in_first)
                                           : 64 + std::countr_zero(others_in_second);
    const auto count = static_cast<unsigned>(place) / 8;
    const Uint128 aligned = ((Uint128{second} << 64U | first) << 8U) << (120 - 8 * count);
    digits = digits * kWholePowersOfTen[count] +
             JoinEightDigits(static_cast<std::uint64_t>(aligned)) * kEight +
             JoinEightDigits(static_cast<std::uint64_t>(aligned >> 64U));
    return text + count;
  }
  return ScanDigits(text, limit, digits);
}

/// Reads the exponent that follows an `e`; limits what overflows.
NumberEnd ScanExponent(const char* text, std::int64_t& exponent);

/// Reads the number of JSON's grammar at `text`. `limit` is where readable memory ends, and a
/// character that belongs to no number comes before it.
[[gnu::always_inline]] inline NumberEnd ScanDecimal(const char* text, const char* limit,
                                                    Decimal& decimal) {
  decimal.negative = *text == '-';
  text += decimal.negative ? 1 : 0;
  const char* const whole = text;
  if (IsDigit(text[0]) && text[1] == '.') {
    // Most numbers of a tensor have one digit in front of the point.
    decimal.digits = static_cast<std::uint64_t>(*text - '0');
    ++text;
  } else {
    text = ScanDigits(text, limit, decimal.digits);
  }
  decimal.digit_count = text - whole;
  if (decimal.digit_count == 0 || (*whole == '0' && decimal.digit_count > 1)) {
    return {whole, NumberFault::kNotANumber};
  }
  if (*text == '.') {
    const char* const fraction = ++text;
    text = ScanManyDigits(text, limit, decimal.digits);
    if (text == fraction) return {text, NumberFault::kNotANumber};
    decimal.exponent = fraction - text;
    decimal.digit_count += text - fraction;
  }
  if (*text != 'e' && *text != 'E') return {text};
  // Apart from `decimal`, which is to stay in registers.
  std::int64_t exponent = 0;
  const NumberEnd end = ScanExponent(text + 1, exponent);
  decimal.exponent += exponent;
  return end;
}

/// Reads the JSON number at `text`, whatever it is, correctly rounded: more slowly than
/// `ReadNumber`, which leaves to it what it cannot do in a few operations.
NumberEnd ReadAnyNumber(const char* text, const char* limit, double& value);
NumberEnd ReadAnyNumber(const char* text, const char* limit, float& value);

/// Most decimal digits that a 64-bit integer always holds.
inline constexpr std::int64_t kSafeDigits = 19;
/// Most that a signed one always holds.
inline constexpr std::int64_t kSafeSignedDigits = 18;
/// Powers of ten up to this one are exact in a double.
inline constexpr std::int64_t kMaxExactPower = 22;
inline constexpr double kPowersOfTen[kMaxExactPower + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
/// From -`kMaxExactPower` on, those below 1 rounded.
inline constexpr double kRoundedPowersOfTen[2 * kMaxExactPower + 1] = {
    1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11,
    1e-10, 1e-9,  1e-8,  1e-7,  1e-6,  1e-5,  1e-4,  1e-3,  1e-2,  1e-1,  1e0,   1e1,
    1e2,   1e3,   1e4,   1e5,   1e6,   1e7,   1e8,   1e9,   1e10,  1e11,  1e12,  1e13,
    1e14,  1e15,  1e16,  1e17,  1e18,  1e19,  1e20,  1e21,  1e22};

/// `magnitude` with the sign of `decimal`; without a branch, because the signs of a tensor are
/// random.
inline double WithSign(double magnitude, const Decimal& decimal) {
  const std::uint64_t sign = std::uint64_t{decimal.negative} << 63U;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(magnitude) | sign);
}

inline bool IsScalable(const Decimal& decimal) {
  return decimal.digit_count <= kSafeSignedDigits && decimal.exponent >= -kMaxExactPower &&
         decimal.exponent <= kMaxExactPower;
}

/// A scalable `decimal`, whose digits fit 53 bits, without any error (Clinger 1990).
inline double ScaleExactly(const Decimal& decimal) {
  const auto digits = static_cast<double>(static_cast<std::int64_t>(decimal.digits));
  return WithSign(decimal.exponent < 0 ? digits / kPowersOfTen[-decimal.exponent]
                                       : digits * kPowersOfTen[decimal.exponent],
                  decimal);
}

/// A scalable `decimal` with an error of at most two units in the last place: the digits, the power
/// and their product are rounded.
inline double ScaleNearly(const Decimal& decimal) {
  const auto digits = static_cast<double>(static_cast<std::int64_t>(decimal.digits));
  return WithSign(digits * kRoundedPowersOfTen[decimal.exponent + kMaxExactPower], decimal);
}

/// Whether rounding `value`, which may be off by two units in its last place, to a float gives what
/// rounding the exact number gives: it does unless a point midway between two floats is near.
inline bool RoundsSafelyToFloat(double value) {
  constexpr std::uint64_t kDroppedBits = (std::uint64_t{1} << 29U) - 1;
  constexpr std::uint64_t kMidway = std::uint64_t{1} << 28U;
  constexpr std::uint64_t kMargin = 8;
  const std::uint64_t dropped = std::bit_cast<std::uint64_t>(value) & kDroppedBits;
  const double magnitude = std::abs(value);
  return dropped - (kMidway - kMargin) > 2 * kMargin &&
         ((magnitude >= 1.2e-38 && magnitude <= 3.4e38) || magnitude == 0);
}

/// Reads the JSON number at `text` into `value`, correctly rounded. `limit` as in `ScanDecimal`.
[[gnu::always_inline]] inline NumberEnd ReadNumber(const char* text, const char* limit,
                                                   float& value) {
  Decimal decimal;
  const NumberEnd number = ScanDecimal(text, limit, decimal);
  if (number.fault != NumberFault::kNone) return number;
  if (IsScalable(decimal)) {
    const double scaled = ScaleNearly(decimal);
    if (RoundsSafelyToFloat(scaled)) {
      value = static_cast<float>(scaled);
      return number;
    }
  }
  return ReadAnyNumber(text, limit, value);
}

[[gnu::always_inline]] inline NumberEnd ReadNumber(const char* text, const char* limit,
                                                   double& value) {
  Decimal decimal;
  const NumberEnd number = ScanDecimal(text, limit, decimal);
  if (number.fault != NumberFault::kNone) return number;
  constexpr std::uint64_t kExactDigits = std::uint64_t{1} << 53U;
  if (IsScalable(decimal) && decimal.digits <= kExactDigits) {
    value = ScaleExactly(decimal);
    return number;
  }
  return ReadAnyNumber(text, limit, value);
}

/// Reads a whole number; never wraps it.
template <std::integral T>
NumberEnd ReadNumber(const char* text, const char* limit, T& value) {
  const bool negative = *text == '-';
  const char* const first = text + (negative ? 1 : 0);
  std::uint64_t digits = 0;
  const char* const end = ScanDigits(first, limit, digits);
  if (end == first || (*first == '0' && end - first > 1)) return {first, NumberFault::kNotANumber};
  if (*end == '.' || *end == 'e' || *end == 'E') return {end, NumberFault::kNotWhole};
  if (end - first > kSafeDigits && std::from_chars(first, end, digits).ec != std::errc()) {
    return {end, NumberFault::kOutOfRange};
  }
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  constexpr std::uint64_t kMin = std::is_signed_v<T> ? kMax + 1 : 0;
  if (digits > (negative ? kMin : kMax)) return {end, NumberFault::kOutOfRange};
  value = static_cast<T>(negative ? 0 - digits : digits);
  return {end};
}

}  // namespace slipway::api
