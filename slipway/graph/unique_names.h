// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <set>
#include <string>
#include <string_view>

namespace slipway::graph {

/// Gives out names that are not in use in a graph or the subgraphs within it. Only names that it
/// gave out itself or that were there when it was made count as used.
class UniqueNames {
 public:
  explicit UniqueNames(const Graph& graph);

  /// `wanted` for a value if it is free, otherwise the first free one of `wanted_1`, `wanted_2`,
  /// ...
  std::string ForValue(std::string_view wanted) { return Take(values_, wanted); }
  /// The same for a node.
  std::string ForNode(std::string_view wanted) { return Take(nodes_, wanted); }

 private:
  using Names = std::set<std::string, std::less<>>;

  void Collect(const Graph& graph);
  static std::string Take(Names& taken, std::string_view wanted);

  Names values_;
  Names nodes_;
};

}  // namespace slipway::graph
