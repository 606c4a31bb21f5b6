// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/edit.h"

#include "slipway/graph/internal/captured_values.h"
#include "slipway/graph/topological_order.h"

#include <algorithm>

namespace slipway::graph {
namespace {

/// Whether something in `graph` itself makes `value`.
bool Exists(const Graph& graph, const std::string& value) {
  const auto is_named = [&value](const ValueInfo& info) { return info.name == value; };
  if (graph.HasInitializer(value) || std::ranges::any_of(graph.inputs, is_named)) return true;
  return std::ranges::any_of(graph.nodes, [&value](const Node& node) {
    return std::ranges::find(node.outputs, value) != node.outputs.end();
  });
}

Status CheckNewNode(const Graph& graph, const Node& node) {
  if (node.outputs.empty() || node.outputs.front().empty()) {
    return InvalidArgument("the new node {:?} ({}) makes nothing", node.name, node.op_type);
  }
  UniqueNames names(graph);
  for (const std::string& output : node.outputs) {
    if (output.empty() || names.ForValue(output) == output) continue;
    return InvalidArgument("the new node {:?} ({}) makes {:?}, which is already in use", node.name,
                           node.op_type, output);
  }
  return {};
}

/// The first place at which everything that `node` reads has been made.
std::size_t EarliestPlace(const Graph& graph, const Node& node) {
  const std::set<std::string> captured = CapturedValues(node);
  for (std::size_t i = graph.nodes.size(); i > 0; --i) {
    for (const std::string& output : graph.nodes[i - 1].outputs) {
      const bool is_read = std::ranges::find(node.inputs, output) != node.inputs.end();
      if (!output.empty() && (is_read || captured.contains(output))) return i;
    }
  }
  return 0;
}

void InsertAt(Graph& graph, std::size_t place, Node node) {
  graph.nodes.insert(graph.nodes.begin() + static_cast<std::ptrdiff_t>(place), std::move(node));
}

void RenameKey(auto& map, const std::string& from, const std::string& to) {
  auto entry = map.extract(from);
  if (entry.empty()) return;
  entry.key() = to;
  map.insert(std::move(entry));
}

}  // namespace

Status InsertAfter(Graph& graph, const std::string& value, Node node) {
  SLIPWAY_TRY(CheckNewNode(graph, node));
  if (std::ranges::find(node.inputs, value) == node.inputs.end()) {
    return InvalidArgument("the new node {:?} ({}) does not read {:?}", node.name, node.op_type,
                           value);
  }
  Graph edited = graph;
  for (Node& reader : edited.nodes) {
    std::ranges::replace(reader.inputs, value, node.outputs.front());
    RenameCaptured(reader, value, node.outputs.front());
  }
  const std::size_t place = EarliestPlace(edited, node);
  InsertAt(edited, place, std::move(node));
  SLIPWAY_TRY(SortTopologically(edited));
  graph = std::move(edited);
  return {};
}

Status InsertBefore(Graph& graph, const ValueUse& use, Node node) {
  SLIPWAY_TRY(CheckNewNode(graph, node));
  if (use.node >= graph.nodes.size() || !use.input ||
      *use.input >= graph.nodes[use.node].inputs.size()) {
    return InvalidArgument("node {} of graph {:?} has no such input", use.node, graph.name);
  }
  const std::size_t place = EarliestPlace(graph, node);
  if (place > use.node) {
    return InvalidArgument("the new node {:?} ({}) reads what is made after node {}", node.name,
                           node.op_type, use.node);
  }
  graph.nodes[use.node].inputs[*use.input] = node.outputs.front();
  InsertAt(graph, use.node, std::move(node));
  return {};
}

Status RenameValue(Graph& graph, const std::string& from, const std::string& to) {
  if (from.empty() || !Exists(graph, from)) return NotFound("there is no value {:?}", from);
  if (to.empty() || UniqueNames(graph).ForValue(to) != to) {
    return MakeError(ErrorCode::kAlreadyExists, "cannot rename {:?}: {:?} is already in use", from,
                     to);
  }
  for (Node& node : graph.nodes) {
    std::ranges::replace(node.inputs, from, to);
    std::ranges::replace(node.outputs, from, to);
    RenameCaptured(node, from, to);
  }
  for (std::vector<ValueInfo>* list : {&graph.inputs, &graph.outputs, &graph.values}) {
    for (ValueInfo& value : *list) {
      if (value.name == from) value.name = to;
    }
  }
  RenameKey(graph.initializers, from, to);
  RenameKey(graph.sparse_initializers, from, to);
  RenameKey(graph.opaque_initializers, from, to);
  RenameKey(graph.initializer_extras, from, to);
  return {};
}

void SetConstantInput(Graph& graph, const GraphIndex& index, UniqueNames& names,
                      ConstantInput constant) {
  std::vector<std::string>& inputs = graph.nodes[constant.node].inputs;
  if (inputs.size() <= constant.input) inputs.resize(constant.input + 1);
  std::string& input = inputs[constant.input];
  if (graph.FindInitializer(input) == nullptr || !index.OnlyUseOf(input)) {
    input = names.ForValue(constant.name);
  }
  graph.initializers[input] = std::move(constant.tensor);
}

}  // namespace slipway::graph
