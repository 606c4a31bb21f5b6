// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/validate.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace slipway::graph {
namespace {

/// How a message names a node: most have no name of their own, but all make something.
std::string Describe(const Node& node) {
  if (!node.name.empty()) return fmt::format("node {:?} ({})", node.name, node.op_type);
  const std::string output = node.outputs.empty() ? "" : node.outputs.front();
  return fmt::format("the {} node that makes {:?}", node.op_type, output);
}

/// Walks a model's graphs in order with the set of the values that are visible.
class Validator {
 public:
  explicit Validator(const Model& model) : model_(model) {}

  Status CheckGraph(const Graph& graph);

 private:
  /// Makes `name` visible until the graph that defines it ends.
  Status Define(const std::string& name, std::string_view role);
  Status DefineInputs(const Graph& graph);
  Status CheckNode(const Graph& graph, std::size_t index);
  Status CheckAttributes(const Node& node);
  Status CheckOutputs(const Graph& graph) const;

  const Model& model_;
  std::unordered_set<std::string_view> visible_;
  std::vector<std::string_view> order_;  // What is visible, oldest first.
};

Status Validator::Define(const std::string& name, std::string_view role) {
  if (name.empty()) return InvalidArgument("{} has an empty name", role);
  if (!visible_.insert(name).second) {
    return InvalidArgument("{} makes {:?}, which something before it already makes", role, name);
  }
  order_.push_back(name);
  return {};
}

Status Validator::DefineInputs(const Graph& graph) {
  for (const ValueInfo& input : graph.inputs) SLIPWAY_TRY(Define(input.name, "an input"));
  for (const auto& [name, tensor] : graph.initializers) {
    SLIPWAY_TRY(Define(name, "an initializer"));
    if (tensor == nullptr) return InvalidArgument("initializer {:?} has no tensor", name);
  }
  for (const auto& [name, bytes] : graph.sparse_initializers) {
    SLIPWAY_TRY(Define(name, "a sparse initializer"));
  }
  for (const auto& [name, bytes] : graph.opaque_initializers) {
    SLIPWAY_TRY(Define(name, "an initializer"));
  }
  return {};
}

/// Why no one before node `index` makes `value`.
Error Undefined(const Graph& graph, std::size_t index, const std::string& value) {
  const std::string reader = Describe(graph.nodes[index]);
  for (std::size_t i = index; i < graph.nodes.size(); ++i) {
    if (std::ranges::find(graph.nodes[i].outputs, value) == graph.nodes[i].outputs.end()) continue;
    if (i == index) return InvalidArgument("{} reads {:?}, which it makes itself", reader, value);
    return InvalidArgument(
        "{} reads {:?}, which only {} makes, later: the nodes are not in order "
        "or form a cycle",
        reader, value, Describe(graph.nodes[i]));
  }
  return InvalidArgument("{} reads {:?}, which nothing makes", reader, value);
}

Status Validator::CheckAttributes(const Node& node) {
  std::set<std::string_view> names;
  for (const Attribute& attribute : node.attributes) {
    if (!names.insert(attribute.name).second) {
      return InvalidArgument("{} has attribute {:?} twice", Describe(node), attribute.name);
    }
    if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute.value)) {
      const Status checked = CheckGraph(**body);
      if (!checked) {
        return Annotate(checked.error(), "graph {:?} of {}", attribute.name, Describe(node));
      }
    }
  }
  return {};
}

Status Validator::CheckNode(const Graph& graph, std::size_t index) {
  const Node& node = graph.nodes[index];
  if (node.op_type.empty()) return InvalidArgument("{} has no operator type", Describe(node));
  if (model_.OpsetVersion(node.domain) < 1) {
    return InvalidArgument("{} is of domain {:?}, of which the model imports no operator set",
                           Describe(node), node.domain);
  }
  for (const std::string& input : node.inputs) {
    if (!input.empty() && !visible_.contains(input)) return Undefined(graph, index, input);
  }
  SLIPWAY_TRY(CheckAttributes(node));
  for (const std::string& output : node.outputs) {
    if (!output.empty()) SLIPWAY_TRY(Define(output, Describe(node)));
  }
  return {};
}

Status Validator::CheckOutputs(const Graph& graph) const {
  std::set<std::string_view> names;
  for (const ValueInfo& output : graph.outputs) {
    if (!visible_.contains(output.name)) {
      return InvalidArgument("nothing makes output {:?}", output.name);
    }
    if (!names.insert(output.name).second) {
      return InvalidArgument("output {:?} is listed twice", output.name);
    }
  }
  return {};
}

Status Validator::CheckGraph(const Graph& graph) {
  const std::size_t visible_outside = order_.size();
  SLIPWAY_TRY(DefineInputs(graph));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) SLIPWAY_TRY(CheckNode(graph, i));
  SLIPWAY_TRY(CheckOutputs(graph));
  for (; order_.size() > visible_outside; order_.pop_back()) visible_.erase(order_.back());
  return {};
}

}  // namespace

Status ValidateModel(const Model& model) { return Validator(model).CheckGraph(model.graph); }

}  // namespace slipway::graph
