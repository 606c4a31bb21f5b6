// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/unique_names.h"

#include "slipway/base/format.h"

namespace slipway::graph {

UniqueNames::UniqueNames(const Graph& graph) { Collect(graph); }

void UniqueNames::Collect(const Graph& graph) {
  for (const auto& [name, tensor] : graph.initializers) values_.insert(name);
  for (const auto& [name, bytes] : graph.sparse_initializers) values_.insert(name);
  for (const auto& [name, bytes] : graph.opaque_initializers) values_.insert(name);
  for (const ValueInfo& input : graph.inputs) values_.insert(input.name);
  for (const ValueInfo& output : graph.outputs) values_.insert(output.name);
  for (const Node& node : graph.nodes) {
    nodes_.insert(node.name);
    values_.insert(node.inputs.begin(), node.inputs.end());
    values_.insert(node.outputs.begin(), node.outputs.end());
    for (const Attribute& attribute : node.attributes) {
      const auto* const body = std::get_if<std::shared_ptr<const Graph>>(&attribute.value);
      if (body != nullptr) Collect(**body);
    }
  }
}

std::string UniqueNames::Take(Names& taken, std::string_view wanted) {
  std::string name(wanted);
  // An empty name stands for "left out" and is never given.
  for (std::size_t i = 1; name.empty() || taken.contains(name); ++i) {
    name = fmt::format("{}_{}", wanted, i);
  }
  taken.insert(name);
  return name;
}

}  // namespace slipway::graph
