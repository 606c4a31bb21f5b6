// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstddef>

namespace slipway::graph {

/// What `RemoveUnused` removed.
struct RemovedCounts {
  std::size_t nodes = 0;
  std::size_t initializers = 0;

  friend bool operator==(const RemovedCounts&, const RemovedCounts&) = default;
};

/// Removes the nodes and initializers on which no output of the graph depends. Inputs stay.
/// Subgraphs are left as they are.
RemovedCounts RemoveUnused(Graph& graph);

}  // namespace slipway::graph
