// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slipway::quantize {

/// The scale that each weight channel must at least have so that its bias, in int32 with scale
/// input_scale * weight_scale, neither overflows nor loses precision, and that scale is a normal
/// number. Replaces the zero scales of channels without weights. `bias` is empty if the layer has
/// none. kInvalidArgument if a bias is not finite or no scale fits float32.
Result<std::vector<float>> ScalesThatHoldBias(std::vector<float> weight_scales,
                                              std::span<const float> bias, float input_scale);

/// The int32 codes of `bias` and their scales. The scales are the float32 products that the engine
/// computes as well: it fuses a layer only if they are equal.
struct QuantizedBias {
  std::vector<std::int32_t> codes;
  std::vector<float> scales;
};

/// Quantizes `bias` for weights with scales from `ScalesThatHoldBias`.
QuantizedBias QuantizeBias(std::span<const float> bias, float input_scale,
                           std::span<const float> weight_scales);

}  // namespace slipway::quantize
