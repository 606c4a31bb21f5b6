// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/half_float.h"
#include "slipway/api/internal/json_number.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace slipway::api {

/// Reads a half float by way of FP64.
template <typename Half, Half (*round)(double)>
NumberEnd ReadHalf(const char* text, const char* limit, Half& value) {
  double wide = 0;
  const NumberEnd end = ReadNumber(text, limit, wide);
  if (end.fault != NumberFault::kNone) return end;
  value = round(wide);
  const bool fits = std::isfinite(ToFloat(value));
  return {end.end, fits ? NumberFault::kNone : NumberFault::kOutOfRange};
}

/// Reads the element of a tensor that a JSON document spells at `text`, as `ReadNumber` reads a
/// number; BOOL is true, false, 1 or 0.
inline NumberEnd ReadElement(const char* text, const char* limit, Float16& value) {
  return ReadHalf<Float16, RoundToFloat16>(text, limit, value);
}

inline NumberEnd ReadElement(const char* text, const char* limit, Bfloat16& value) {
  return ReadHalf<Bfloat16, RoundToBfloat16>(text, limit, value);
}

inline NumberEnd ReadElement(const char* text, const char* limit, bool& value) {
  const std::string_view rest(text, static_cast<std::size_t>(limit - text));
  value = rest.starts_with("true");
  if (value) return {text + 4};
  if (rest.starts_with("false")) return {text + 5};
  std::uint8_t number = 0;
  const NumberEnd end = ReadNumber(text, limit, number);
  value = number == 1;
  if (end.fault == NumberFault::kNone && number > 1) return {end.end, NumberFault::kOutOfRange};
  return end;
}

template <typename T>
NumberEnd ReadElement(const char* text, const char* limit, T& value) {
  return ReadNumber(text, limit, value);
}

}  // namespace slipway::api
