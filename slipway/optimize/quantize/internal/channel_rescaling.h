// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/calibrator.h"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::quantize {

/// A value whose channels can be scaled, each by a number of its own, without a change to what the
/// graph computes: one layer or normalization gives it, by way of operators that scale with it such
/// as Relu, and all that reads it are layers with constant weights.
struct ScalableValue {
  std::string value;                   ///< What the layers read.
  std::size_t producer = 0;            ///< A node: Conv, Gemm, MatMul or LayerNormalization.
  std::vector<std::size_t> consumers;  ///< Nodes: Conv, or Gemm and MatMul.
  std::size_t channels = 0;
  bool is_last = false;  ///< The channels are the last dimension, not the second.
};

/// The values of `graph` that can be scaled, in the order of the nodes.
std::vector<ScalableValue> FindScalableValues(const graph::Graph& graph);

/// Makes the largest weight of each channel the same on both sides of each scalable value:
/// cross-layer equalization (Nagel et al., "Data-free quantization through weight equalization and
/// bias correction", 2019). Weights must be finite. Returns how many values it scaled.
std::size_t EqualizeWeights(graph::Graph& graph);

/// Moves what makes some channels of each scalable value much larger than others into the weights
/// that they are multiplied by: SmoothQuant (Xiao et al., 2022), halfway (alpha = 0.5). `largest`
/// has the largest magnitude of each channel of the values. Returns how many values it scaled.
std::size_t SmoothActivations(graph::Graph& graph, const ChannelsByValue& largest);

}  // namespace slipway::quantize
