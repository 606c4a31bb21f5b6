// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/block_weights.h"

#include <cstddef>
#include <expected>
#include <string>

namespace slipway::quantize {

/// A node whose weights are stored in a few bits.
struct WeightOnlyLayer {
  std::size_t node = 0;  ///< Its index in the graph.
  std::string weight;    ///< A float32 initializer.
  std::size_t channels = 0;
  std::size_t depth = 0;    ///< Weights of one output channel.
  bool is_product = false;  ///< Whether it multiplies its input's last dimension; else it is Conv.
  bool is_transposed = false;  ///< Whether the columns of the weight are the output channels.
  /// Whether MatMulNBits can take its place: a product without factors, whose bias, if any, has one
  /// float32 for each channel.
  bool has_kernel = false;
};

/// `node`, of index `index` in `graph`, as such a layer; or, for people, why it stays float32.
std::expected<WeightOnlyLayer, std::string> AsWeightOnlyLayer(const graph::Node& node,
                                                              std::size_t index,
                                                              const graph::Graph& graph);

/// The weights of `layer` as a matrix with one row for each channel.
WeightMatrix WeightsOf(const WeightOnlyLayer& layer, const graph::Graph& graph);

}  // namespace slipway::quantize
