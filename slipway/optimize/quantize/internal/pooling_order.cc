// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/pooling_order.h"

#include "slipway/graph/graph_index.h"
#include "slipway/graph/unique_names.h"
#include "slipway/optimize/quantize/internal/operator_role.h"

#include <optional>
#include <utility>

namespace slipway::quantize {
namespace {

// An activation and the pool that alone reads it, by their indices.
struct Pair {
  std::size_t activation = 0;
  std::size_t pool = 0;
};

std::optional<Pair> FindPair(const graph::Graph& graph, const graph::GraphIndex& index,
                             const std::string& value) {
  const std::optional<std::size_t> pool = index.ProducerOf(value);
  if (!pool || graph.nodes[*pool].op_type != "MaxPool") return std::nullopt;
  if (RoleOf(graph.nodes[*pool], graph) != OperatorRole::kPassing) return std::nullopt;
  const std::string& between = graph.nodes[*pool].inputs[0];
  const std::optional<std::size_t> activation = index.ProducerOf(between);
  if (!activation || !index.OnlyUseOf(between)) return std::nullopt;
  if (RoleOf(graph.nodes[*activation], graph) != OperatorRole::kActivation) return std::nullopt;
  return Pair{*activation, *pool};
}

// The value in between, now pooled and not yet rectified, gets a name of its own.
void Exchange(graph::Graph& graph, const Pair& pair, const std::string& between) {
  graph::Node& first = graph.nodes[pair.activation];
  graph::Node& second = graph.nodes[pair.pool];
  second.inputs[0] = std::exchange(first.inputs[0], between);
  first.outputs[0] = std::exchange(second.outputs[0], between);
  std::swap(first, second);
}

}  // namespace

std::size_t PoolBeforeActivations(graph::Graph& graph, const StaticPlan& plan) {
  const graph::GraphIndex index(graph);
  graph::UniqueNames names(graph);
  std::size_t exchanged = 0;
  for (const auto& [name, value] : plan.values) {
    if (value.is_produced_as_codes) continue;
    const std::optional<Pair> pair = FindPair(graph, index, name);
    if (!pair) continue;
    Exchange(graph, *pair, names.ForValue(graph.nodes[pair->activation].inputs[0] + "_pooled"));
    ++exchanged;
  }
  return exchanged;
}

}  // namespace slipway::quantize
