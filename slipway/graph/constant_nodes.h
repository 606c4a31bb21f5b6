// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstddef>

namespace slipway::graph {

/// Turns Constant nodes, in subgraphs too, into initializers and returns how many it turned. Those
/// whose value is an output of their graph stay, and those with sparse values.
std::size_t TurnConstantsIntoInitializers(Graph& graph);

}  // namespace slipway::graph
