// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/graph_index.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/codebook/coded_weight.h"

#include <cstddef>
#include <expected>
#include <string>

namespace slipway::codebook {

/// A node that multiplies what it takes in by a constant weight matrix.
struct WeightLayer {
  std::size_t node = 0;  ///< Its index in the graph.
  std::string weight;    ///< A float32 initializer.
  MatrixLayout layout;
  /// A bias of the node alone, one float32 number for each row; empty if there is none.
  std::string bias;
};

/// Whether `node` is of a kind that has weights: Conv, Gemm or MatMul.
bool HasWeights(const graph::Node& node);

/// The node at `index`, which `HasWeights`, as a layer whose weights can be coded; or, for people,
/// why they stay as they are. Of several nodes with the same weight the first is the layer.
std::expected<WeightLayer, std::string> AsWeightLayer(const graph::Graph& graph,
                                                      const graph::GraphIndex& uses,
                                                      std::size_t index);

}  // namespace slipway::codebook
