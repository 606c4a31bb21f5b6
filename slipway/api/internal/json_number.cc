// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_number.h"

#include <algorithm>

namespace slipway::api {
namespace {

template <typename Float>
NumberEnd ReadAny(const char* text, const char* limit, Float& value) {
  Decimal decimal;
  NumberEnd number = ScanDecimal(text, limit, decimal);
  if (number.fault != NumberFault::kNone) return number;
  const std::errc error = std::from_chars(text, number.end, value).ec;
  if (error == std::errc() && std::isfinite(value)) return number;
  // The library calls too small what rounds to zero; only what is too large is a fault.
  if (decimal.digit_count + decimal.exponent > 0) {
    number.fault = NumberFault::kOutOfRange;
  } else {
    value = decimal.negative ? -Float{0} : Float{0};
  }
  return number;
}

}  // namespace

NumberEnd ScanExponent(const char* text, std::int64_t& exponent) {
  const bool negative = *text == '-';
  if (*text == '-' || *text == '+') ++text;
  const char* const first = text;
  // Enough to be zero or infinite in any type, whatever number of digits a body can hold.
  constexpr std::int64_t kLimit = std::int64_t{1} << 40U;
  for (; IsDigit(*text); ++text) exponent = std::min(exponent * 10 + (*text - '0'), kLimit);
  if (text == first) return {text, NumberFault::kNotANumber};
  if (negative) exponent = -exponent;
  return {text};
}

NumberEnd ReadAnyNumber(const char* text, const char* limit, double& value) {
  return ReadAny(text, limit, value);
}

NumberEnd ReadAnyNumber(const char* text, const char* limit, float& value) {
  return ReadAny(text, limit, value);
}

}  // namespace slipway::api
