// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/weight_layout.h"
#include "slipway/optimize/quantize/weight_quantizer.h"
#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <span>
#include <vector>

namespace slipway::quantize {

/// What each output channel of a layer loses on average by the rounding of its weights, and so what
/// its bias must gain: sum over the inputs of (weight - scale * code) * mean input. Nagel et al.,
/// "Data-free quantization through weight equalization and bias correction" (2019), section 4.2.
///
/// `means` has one number for each input channel; the groups of a convolution share them out. Zeros
/// that a convolution pads with are not counted: at the border the shift is too large.
std::vector<float> BiasShift(const Tensor& weight, const QuantizedWeight& quantized,
                             const WeightLayout& layout, std::span<const float> means);

}  // namespace slipway::quantize
