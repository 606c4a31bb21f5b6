// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstdint>

namespace slipway::quantize {

/// What an operator can do in a model with 8-bit activations, by what ONNX Runtime's CPU provider
/// has kernels and fusions for.
enum class OperatorRole : std::uint8_t {
  kFloat,      ///< Nothing: it computes in float32.
  kWeighted,   ///< Conv, Gemm, MatMul: multiplies its input by constant int8 weights.
  kComputing,  ///< Add, AveragePool and their like: an int8 kernel with a scale for its output.
  /// MaxPool, Reshape and their like: selects or moves the values of its first input. Runs on int8
  /// as it is if its input and output have the same scale.
  kPassing,
  /// Relu, and Clip from 0: disappears into the quantization that follows it, whose range begins at
  /// zero and ends within the bound.
  kActivation,
};

/// The role of `node` in `graph`, whose ONNX opset is at least 13. Whether a weighted operator's
/// weights are fit for it is not looked at.
OperatorRole RoleOf(const graph::Node& node, const graph::Graph& graph);

}  // namespace slipway::quantize
