// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_number.h"

#include <algorithm>

namespace slipway::api {
namespace {

template <typename Float>
NumberFault RoundText(std::string_view text, const Decimal& decimal, Float& value) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && std::isfinite(value)) return NumberFault::kNone;
  // The library calls too small what rounds to zero; only what is too large is a fault.
  if (decimal.digit_count + decimal.exponent > 0) return NumberFault::kOutOfRange;
  value = decimal.negative ? -Float{0} : Float{0};
  return NumberFault::kNone;
}

}  // namespace

NumberEnd ScanExponent(const char* text, Decimal& decimal) {
  const bool negative = *text == '-';
  if (*text == '-' || *text == '+') ++text;
  const char* const first = text;
  std::int64_t exponent = 0;
  // Enough to be zero or infinite in any type, whatever number of digits a body can hold.
  constexpr std::int64_t kLimit = std::int64_t{1} << 40U;
  for (; IsDigit(*text); ++text) exponent = std::min(exponent * 10 + (*text - '0'), kLimit);
  if (text == first) return {text, NumberFault::kNotANumber};
  decimal.exponent += negative ? -exponent : exponent;
  return {text};
}

NumberFault RoundDecimal(std::string_view text, const Decimal& decimal, double& value) {
  return RoundText(text, decimal, value);
}

NumberFault RoundDecimal(std::string_view text, const Decimal& decimal, float& value) {
  return RoundText(text, decimal, value);
}

}  // namespace slipway::api
