// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/captured_values.h"

#include <algorithm>

namespace slipway::graph {
namespace {

/// The names that `graph` itself gives to values.
std::set<std::string> DefinedNames(const Graph& graph) {
  std::set<std::string> names;
  for (const ValueInfo& input : graph.inputs) names.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) names.insert(name);
  for (const auto& [name, bytes] : graph.sparse_initializers) names.insert(name);
  for (const auto& [name, bytes] : graph.opaque_initializers) names.insert(name);
  for (const Node& node : graph.nodes) names.insert(node.outputs.begin(), node.outputs.end());
  return names;
}

/// The values that `graph` reads from around it.
std::set<std::string> FreeNames(const Graph& graph) {
  std::set<std::string> names;
  for (const Node& node : graph.nodes) {
    names.insert(node.inputs.begin(), node.inputs.end());
    names.merge(CapturedValues(node));
  }
  for (const ValueInfo& output : graph.outputs) names.insert(output.name);
  names.erase("");
  for (const std::string& name : DefinedNames(graph)) names.erase(name);
  return names;
}

std::shared_ptr<const Graph> WithRenamed(const Graph& graph, const std::string& from,
                                         const std::string& to) {
  auto copy = std::make_shared<Graph>(graph);
  for (Node& node : copy->nodes) {
    std::ranges::replace(node.inputs, from, to);
    RenameCaptured(node, from, to);
  }
  for (ValueInfo& output : copy->outputs) {
    if (output.name == from) output.name = to;
  }
  return copy;
}

}  // namespace

std::set<std::string> CapturedValues(const Node& node) {
  std::set<std::string> names;
  for (const Attribute& attribute : node.attributes) {
    const auto* const body = std::get_if<std::shared_ptr<const Graph>>(&attribute.value);
    if (body != nullptr) names.merge(FreeNames(**body));
  }
  return names;
}

void RenameCaptured(Node& node, const std::string& from, const std::string& to) {
  for (Attribute& attribute : node.attributes) {
    auto* const body = std::get_if<std::shared_ptr<const Graph>>(&attribute.value);
    if (body != nullptr && FreeNames(**body).contains(from)) {
      *body = WithRenamed(**body, from, to);
    }
  }
}

}  // namespace slipway::graph
