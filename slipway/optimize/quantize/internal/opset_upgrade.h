// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/graph/shape_inference.h"

#include <cstdint>

namespace slipway::quantize {

/// The first ONNX opset whose DequantizeLinear has a scale for each channel.
constexpr std::int64_t kQdqOpset = 13;
/// The oldest ONNX opset that can be upgraded; before it, broadcasting was another.
constexpr std::int64_t kOldestOpset = 7;

/// Makes `model` one of ONNX opset 13 with the same meaning, if it is of an older one. `values` are
/// what is known of the model's values: Softmax, whose meaning changed, needs the rank of its
/// input.
///
/// kUnimplemented that names the operator if that cannot be done; then `model` is as it was.
Status UpgradeOpset(graph::Model& model, const graph::ValueTable& values);

}  // namespace slipway::quantize
