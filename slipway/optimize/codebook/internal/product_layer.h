// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/graph_index.h"
#include "slipway/graph/model.h"

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

namespace slipway::codebook {

/// A product of a value with a constant weight, and what comes directly after it, which one
/// operator can compute: activation(value · weight + bias).
struct ProductLayer {
  std::vector<std::size_t> nodes = {};  ///< The indices of its nodes, that of the product first.
  std::string input = {};
  std::string bias = {};    ///< An initializer, one float32 number for each output; empty: none.
  std::string output = {};  ///< What the last of the nodes gives.
  bool has_relu = false;
};

/// The product with the initializer `weight`, which a layer of the graph has, together with the
/// bias that is added to it and the Relu of that, where nothing else reads what lies between. Or,
/// for people, why no operator can take its place.
std::expected<ProductLayer, std::string> AsProductLayer(const graph::Graph& graph,
                                                        const graph::GraphIndex& uses,
                                                        const std::string& weight);

}  // namespace slipway::codebook
