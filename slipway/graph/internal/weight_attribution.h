// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstdint>
#include <vector>

namespace slipway::graph {

/// How much constant data there is.
struct WeightCount {
  std::uint64_t parameters = 0;
  std::uint64_t bytes = 0;

  WeightCount& operator+=(const WeightCount& other) {
    parameters += other.parameters;
    bytes += other.bytes;
    return *this;
  }
};

/// Which node of a graph each constant counts for.
struct WeightAttribution {
  std::vector<WeightCount> nodes = {};  ///< For each node of the graph.
  std::vector<bool> is_constant = {};   ///< Whether the node computes on constants alone.
  WeightCount total = {};               ///< Of all constants, read or not.
};

/// Attributes each constant of `graph` and its subgraphs to the first node of `graph` that reads
/// it, or a result of it, and is not itself constant. What counts as a parameter is said at
/// `ModelSummary`.
WeightAttribution AttributeWeights(const Graph& graph);

}  // namespace slipway::graph
