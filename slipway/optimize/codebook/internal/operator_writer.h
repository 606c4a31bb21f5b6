// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/graph_index.h"
#include "slipway/graph/model.h"
#include "slipway/graph/unique_names.h"
#include "slipway/optimize/codebook/coded_weight.h"
#include "slipway/optimize/codebook/internal/product_layer.h"

#include <cstddef>
#include <set>
#include <string>

namespace slipway::codebook {

/// Puts our operator CodebookMatMul in the place of products with constant weights. It reads packed
/// codes and multiplies by what they stand for.
class OperatorWriter {
 public:
  /// Writes to `model`, which outlives it. `int8_products`: inputs are rounded to int8.
  OperatorWriter(graph::Model& model, bool int8_products)
      : model_(model), int8_products_(int8_products), names_(model.graph) {}

  /// Replaces `layer`, the product with the initializer `weight`, which has the shape of `coded`.
  /// No node moves until `Finish`.
  void Replace(const ProductLayer& layer, const std::string& weight, const CodedWeight& coded);

  /// Removes the nodes that others have taken in.
  void Finish();

 private:
  std::string Own(std::string_view what, Tensor tensor);

  graph::Model& model_;
  const bool int8_products_;
  graph::UniqueNames names_;
  std::string prefix_;  // Of the names of the weight at hand.
  std::size_t weight_count_ = 0;
  std::set<std::size_t> absorbed_;  // Indices of nodes.
};

}  // namespace slipway::codebook
