// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::graph {

/// One place where a node reads a value.
struct ValueUse {
  std::size_t node = 0;                   ///< Its index in the graph.
  std::optional<std::size_t> input = {};  ///< Absent if a subgraph of the node reads the value.

  friend bool operator==(const ValueUse&, const ValueUse&) = default;
};

/// Who makes and who reads each value of a graph, as it was when this was made. It stays usable,
/// and out of date, when the graph changes.
class GraphIndex {
 public:
  explicit GraphIndex(const Graph& graph);

  /// The index of the node that makes `value`; nothing for inputs and initializers.
  std::optional<std::size_t> ProducerOf(std::string_view value) const;
  /// Where `value` is read, in the order of the nodes. Being an output of the graph is no use here.
  std::span<const ValueUse> UsesOf(std::string_view value) const;
  bool IsOutput(std::string_view value) const { return outputs_.contains(value); }
  /// The one use of `value`, if there is just one and the value is no output of the graph.
  std::optional<ValueUse> OnlyUseOf(std::string_view value) const;

 private:
  std::map<std::string, std::size_t, std::less<>> producers_;
  std::map<std::string, std::vector<ValueUse>, std::less<>> uses_;
  std::set<std::string, std::less<>> outputs_;
};

}  // namespace slipway::graph
