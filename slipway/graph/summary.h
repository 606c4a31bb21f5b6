// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::graph {

/// One node of a model's main graph, with the constants that it is the first to read.
struct LayerSummary {
  std::string name = {};  ///< The node's name, or that of its first output if it has none.
  std::string op_type = {};
  std::optional<std::vector<Dimension>> output_shape = {};  ///< Of its first output.
  std::uint64_t parameters = 0;
  std::optional<std::uint64_t> macs = 0;  ///< Absent if a size that counts is not known.
  std::uint64_t weight_bytes = 0;
};

/// What a model is made of.
///
/// *Parameters* are the elements of constant tensors, whatever their type, so that a quantized
/// model has as many as the one it was made from. Not counted are 64-bit integers, bools and
/// strings (shapes, indices, words), scales and zero points, and the bounds of Clip, Pad and
/// Resize. *Weight bytes* are the bytes of all constant tensors.
///
/// *MACs* are multiplications with an addition, for a batch of one where the first dimension of an
/// input is free: outputs · (channels in / groups) · kernel for a convolution, inputs · (channels
/// out / groups) · kernel for a transposed one, outputs · K for a product of [.., K] and [K, ..].
/// Other operators count as none.
struct ModelSummary {
  std::vector<ValueInfo> inputs = {};
  std::vector<ValueInfo> outputs = {};  ///< With shapes that are inferred where the file has none.
  /// Nodes by operator, in subgraphs too: "Conv", "com.microsoft.QGemm".
  std::map<std::string, std::size_t> operators = {};
  std::uint64_t parameters = 0;
  std::uint64_t macs = 0;    ///< Of all layers of which they are known.
  bool macs_are_all = true;  ///< Whether no layer or subgraph has MACs that are not counted.
  std::uint64_t weight_bytes = 0;
  /// The nodes in their order, but for those that only compute on constants, such as a
  /// DequantizeLinear of weights: what those read counts for the layer that takes their result.
  std::vector<LayerSummary> layers = {};
};

/// Sums up `model`, which is valid.
ModelSummary SummarizeModel(const Model& model);

}  // namespace slipway::graph
