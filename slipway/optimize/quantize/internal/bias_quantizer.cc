// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/bias_quantizer.h"

#include "slipway/base/check.h"
#include "slipway/optimize/quantize/affine_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slipway::quantize {
namespace {

// Half of int32 for the bias leaves the other half to the sum of products, which is added to it.
constexpr double kLargestBiasCode = 1U << 30U;
// The bias of a channel without weights is all that the channel gives: 24 bits are a float's own.
constexpr double kDeadChannelBiasCode = 1U << 24U;

double SmallestScale(double weight_scale, double bias, double input_scale) {
  const double normal = std::numeric_limits<float>::min();
  const double product_normal = 2 * normal / input_scale;
  const double bias_code = weight_scale > 0 ? kLargestBiasCode : kDeadChannelBiasCode;
  return std::max({std::abs(bias) / (bias_code * input_scale), product_normal, normal});
}

}  // namespace

Result<std::vector<float>> ScalesThatHoldBias(std::vector<float> weight_scales,
                                              std::span<const float> bias, float input_scale) {
  SLIPWAY_CHECK(bias.empty() || bias.size() == weight_scales.size());
  for (std::size_t i = 0; i < weight_scales.size(); ++i) {
    const float channel_bias = bias.empty() ? 0 : bias[i];
    if (!std::isfinite(channel_bias)) {
      return InvalidArgument("bias {} at index {} is not finite", channel_bias, i);
    }
    const bool is_dead = weight_scales[i] == 0;
    if (is_dead && channel_bias == 0) weight_scales[i] = 1;
    const double smallest = SmallestScale(weight_scales[i], channel_bias, input_scale);
    weight_scales[i] = static_cast<float>(std::max<double>(weight_scales[i], smallest));
    if (!std::isfinite(weight_scales[i] * input_scale)) {
      return InvalidArgument("weights with scale {} and inputs with scale {} are beyond float32",
                             weight_scales[i], input_scale);
    }
  }
  return weight_scales;
}

QuantizedBias QuantizeBias(std::span<const float> bias, float input_scale,
                           std::span<const float> weight_scales) {
  SLIPWAY_CHECK(bias.size() == weight_scales.size());
  QuantizedBias quantized;
  for (std::size_t i = 0; i < bias.size(); ++i) {
    const float scale = input_scale * weight_scales[i];
    quantized.scales.push_back(scale);
    quantized.codes.push_back(
        static_cast<std::int32_t>(RoundHalfToEven(static_cast<double>(bias[i]) / scale)));
  }
  return quantized;
}

}  // namespace slipway::quantize
