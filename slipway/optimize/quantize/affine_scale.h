// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstdint>

namespace slipway::quantize {

/// The smallest and largest value that a tensor takes.
struct ValueRange {
  float min = 0;
  float max = 0;

  friend bool operator==(const ValueRange&, const ValueRange&) = default;
};

/// The smallest range that holds `a` and `b`.
ValueRange Union(const ValueRange& a, const ValueRange& b);

/// How codes stand for real numbers: real = scale * (code - zero_point).
struct AffineScale {
  float scale = 1;  ///< Positive and normal.
  std::int32_t zero_point = 0;

  friend bool operator==(const AffineScale&, const AffineScale&) = default;
};

/// The uint8 codes for `range`, which is finite and first widened to hold zero: zero has a code of
/// its own, because padding and Relu produce exact zeros. A range that is nothing but zero gets
/// scale 1. kInvalidArgument if the range is not finite or its width is beyond float32.
Result<AffineScale> Uint8Scale(const ValueRange& range);

/// `value` rounded to the nearest integer, halves to the even one: what ONNX's QuantizeLinear does,
/// and what calibration must do exactly as well.
std::int64_t RoundHalfToEven(double value);

/// The uint8 code of `value`: round(value / scale) + zero_point, cut off at 0 and 255. The division
/// is in float32 as in the engine.
std::uint8_t QuantizeToUint8(float value, const AffineScale& scale);
/// The symmetric int8 code of `value`: round(value / scale), cut off at -127 and 127.
std::int8_t QuantizeToInt8(float value, float scale);
/// The number that `code` stands for.
float Dequantize(std::int32_t code, const AffineScale& scale);

}  // namespace slipway::quantize
