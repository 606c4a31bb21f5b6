// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/graph_index.h"

#include "slipway/graph/internal/captured_values.h"

namespace slipway::graph {

GraphIndex::GraphIndex(const Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      if (!node.inputs[k].empty()) uses_[node.inputs[k]].push_back({.node = i, .input = k});
    }
    for (const std::string& value : CapturedValues(node)) uses_[value].push_back({.node = i});
    for (const std::string& output : node.outputs) producers_[output] = i;
  }
  for (const ValueInfo& output : graph.outputs) outputs_.insert(output.name);
}

std::optional<std::size_t> GraphIndex::ProducerOf(std::string_view value) const {
  const auto found = producers_.find(value);
  if (value.empty() || found == producers_.end()) return std::nullopt;
  return found->second;
}

std::span<const ValueUse> GraphIndex::UsesOf(std::string_view value) const {
  const auto found = uses_.find(value);
  if (found == uses_.end()) return {};
  return found->second;
}

std::optional<ValueUse> GraphIndex::OnlyUseOf(std::string_view value) const {
  const std::span<const ValueUse> uses = UsesOf(value);
  if (uses.size() != 1 || IsOutput(value)) return std::nullopt;
  return uses.front();
}

}  // namespace slipway::graph
