// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace slipway::codebook {

/// A float32 constant, no codes, that moves to other values of the same shape.
struct FreeConstant {
  std::string name;                ///< An initializer.
  std::vector<float> values = {};  ///< What it is instead of what the model says.
};

/// The constants of `graph` that are learned in training as a rule: weights and biases of Conv,
/// Gemm and MatMul, scales and biases of LayerNormalization, and what is added, subtracted,
/// multiplied and divided by, but for single numbers. Not those with names in `taken`, nor those
/// that something else reads, a subgraph, or a node whose name is in `excluded_nodes`.
std::vector<FreeConstant> FindFreeConstants(
    const graph::Graph& graph, const std::set<std::string, std::less<>>& taken,
    const std::set<std::string, std::less<>>& excluded_nodes);

}  // namespace slipway::codebook
