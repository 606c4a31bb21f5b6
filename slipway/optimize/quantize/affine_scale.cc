// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/affine_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slipway::quantize {
namespace {

constexpr float kUint8Steps = 255;
// Keeps the product with a weight's scale, which is the bias's scale, a normal number.
constexpr double kSmallestScale = 1e-30;

// The quotient before rounding, cut off so that the rounding cannot overflow; NaN becomes `low`.
float BoundedQuotient(float value, float scale, float low, float high) {
  const float quotient = value / scale;
  if (!(quotient > low)) return low;
  return std::min(quotient, high);
}

}  // namespace

ValueRange Union(const ValueRange& a, const ValueRange& b) {
  return {std::min(a.min, b.min), std::max(a.max, b.max)};
}

Result<AffineScale> Uint8Scale(const ValueRange& range) {
  if (!std::isfinite(range.min) || !std::isfinite(range.max) || range.min > range.max) {
    return InvalidArgument("no 8-bit scale for the range [{}, {}]: it must be finite and ordered",
                           range.min, range.max);
  }
  const double low = std::min(0.0, static_cast<double>(range.min));
  const double high = std::max(0.0, static_cast<double>(range.max));
  if (low == high) return AffineScale{.scale = 1, .zero_point = 0};
  const double step = std::max((high - low) / kUint8Steps, kSmallestScale);
  const std::int64_t zero_point = std::clamp<std::int64_t>(RoundHalfToEven(-low / step), 0, 255);
  return AffineScale{static_cast<float>(step), static_cast<std::int32_t>(zero_point)};
}

std::int64_t RoundHalfToEven(double value) { return std::llrint(value); }

std::uint8_t QuantizeToUint8(float value, const AffineScale& scale) {
  const auto zero = static_cast<float>(scale.zero_point);
  const float bounded = BoundedQuotient(value, scale.scale, -zero, kUint8Steps - zero);
  return static_cast<std::uint8_t>(RoundHalfToEven(bounded) + scale.zero_point);
}

std::int8_t QuantizeToInt8(float value, float scale) {
  return static_cast<std::int8_t>(RoundHalfToEven(BoundedQuotient(value, scale, -127, 127)));
}

float Dequantize(std::int32_t code, const AffineScale& scale) {
  return static_cast<float>(code - scale.zero_point) * scale.scale;
}

}  // namespace slipway::quantize
