// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/topological_order.h"

#include "slipway/graph/graph_index.h"

#include <functional>
#include <queue>
#include <set>

namespace slipway::graph {
namespace {

/// Which nodes read what each node makes, and for how many nodes each waits.
struct Precedence {
  explicit Precedence(const Graph& graph);

  std::vector<std::vector<std::size_t>> followers;
  std::vector<std::size_t> waits_for;
};

Precedence::Precedence(const Graph& graph)
    : followers(graph.nodes.size()), waits_for(graph.nodes.size(), 0) {
  const GraphIndex index(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    std::set<std::size_t> next;
    for (const std::string& output : graph.nodes[i].outputs) {
      for (const ValueUse& use : index.UsesOf(output)) next.insert(use.node);
    }
    followers[i].assign(next.begin(), next.end());
    for (const std::size_t follower : next) ++waits_for[follower];
  }
}

/// Kahn's algorithm; of the nodes that may come next, the one that came first before comes first.
std::vector<std::size_t> SortedOrder(const Graph& graph) {
  Precedence precedence(graph);
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (precedence.waits_for[i] == 0) ready.push(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const std::size_t follower : precedence.followers[next]) {
      if (--precedence.waits_for[follower] == 0) ready.push(follower);
    }
  }
  return order;
}

}  // namespace

Status SortTopologically(Graph& graph) {
  const std::vector<std::size_t> order = SortedOrder(graph);
  if (order.size() != graph.nodes.size()) {
    return InvalidArgument("{} of the {} nodes of graph {:?} form a cycle or come after one",
                           graph.nodes.size() - order.size(), graph.nodes.size(), graph.name);
  }
  std::vector<Node> nodes;
  nodes.reserve(order.size());
  for (const std::size_t i : order) nodes.push_back(std::move(graph.nodes[i]));
  graph.nodes = std::move(nodes);
  return {};
}

}  // namespace slipway::graph
