// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/remove_unused.h"

#include "slipway/graph/internal/captured_values.h"

#include <algorithm>
#include <unordered_set>

namespace slipway::graph {
namespace {

/// What the outputs of `graph` depend on: the live nodes, and the values that are needed.
struct Liveness {
  explicit Liveness(const Graph& graph);

  std::vector<bool> nodes = {};
  std::unordered_set<std::string> values = {};
};

Liveness::Liveness(const Graph& graph) : nodes(graph.nodes.size(), false) {
  for (const ValueInfo& output : graph.outputs) values.insert(output.name);
  for (std::size_t i = graph.nodes.size(); i > 0; --i) {
    const Node& node = graph.nodes[i - 1];
    nodes[i - 1] = std::ranges::any_of(
        node.outputs, [this](const std::string& output) { return values.contains(output); });
    if (!nodes[i - 1]) continue;
    values.insert(node.inputs.begin(), node.inputs.end());
    for (const std::string& captured : CapturedValues(node)) values.insert(captured);
    values.erase("");  // Optional inputs and outputs left out do not meet.
  }
}

/// Removes from `map` what is not needed and returns how many it removed.
std::size_t EraseUnneeded(auto& map, const Liveness& liveness) {
  return std::erase_if(map,
                       [&](const auto& entry) { return !liveness.values.contains(entry.first); });
}

}  // namespace

RemovedCounts RemoveUnused(Graph& graph) {
  const Liveness liveness(graph);
  RemovedCounts removed;
  std::vector<Node> kept;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (liveness.nodes[i]) kept.push_back(std::move(graph.nodes[i]));
  }
  removed.nodes = graph.nodes.size() - kept.size();
  graph.nodes = std::move(kept);
  removed.initializers = EraseUnneeded(graph.initializers, liveness) +
                         EraseUnneeded(graph.sparse_initializers, liveness) +
                         EraseUnneeded(graph.opaque_initializers, liveness);
  EraseUnneeded(graph.initializer_extras, liveness);
  std::erase_if(graph.values,
                [&](const ValueInfo& value) { return !liveness.values.contains(value.name); });
  return removed;
}

}  // namespace slipway::graph
