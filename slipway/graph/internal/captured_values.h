// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <set>
#include <string>

namespace slipway::graph {

/// The values that the subgraphs of `node`, at any depth, read from around them.
std::set<std::string> CapturedValues(const Node& node);

/// Makes the subgraphs of `node` read `to` where they read `from` from around them.
void RenameCaptured(Node& node, const std::string& from, const std::string& to);

}  // namespace slipway::graph
