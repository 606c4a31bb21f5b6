// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"

namespace slipway::graph {

/// Puts the nodes in an order in which each comes after those whose values it reads, also where a
/// subgraph reads them; of those that may come next, the one that came first before does.
/// kInvalidArgument, with the graph as it was, if they form a cycle.
Status SortTopologically(Graph& graph);

}  // namespace slipway::graph
