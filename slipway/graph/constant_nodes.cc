// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/constant_nodes.h"

#include <unordered_set>

namespace slipway::graph {
namespace {

/// The tensor of a Constant node; null if it is sparse or of a type we do not handle.
struct ConstantVisitor {
  ConstantTensor operator()(const ConstantTensor& value) const { return value; }
  ConstantTensor operator()(std::int64_t value) const { return Scalar(value); }
  ConstantTensor operator()(float value) const { return Scalar(value); }
  ConstantTensor operator()(const std::vector<std::int64_t>& values) const { return List(values); }
  ConstantTensor operator()(const std::vector<float>& values) const { return List(values); }
  ConstantTensor operator()(const auto&) const { return nullptr; }

 private:
  template <typename T>
  static ConstantTensor Scalar(T value) {
    return std::make_shared<const Tensor>(Tensor::Of<T>({}, std::span<const T>(&value, 1)));
  }
  template <typename T>
  static ConstantTensor List(const std::vector<T>& values) {
    return std::make_shared<const Tensor>(Tensor::Of<T>({std::ssize(values)}, values));
  }
};

ConstantTensor TensorOfConstant(const Node& node) {
  const bool is_constant = node.op_type == "Constant" && node.domain.empty() &&
                           node.attributes.size() == 1 && node.outputs.size() == 1 &&
                           !node.outputs.front().empty();
  return is_constant ? std::visit(ConstantVisitor{}, node.attributes.front().value) : nullptr;
}

/// Turns the Constants of the node's subgraphs.
std::size_t TurnConstantsInside(Node& node) {
  std::size_t turned = 0;
  for (Attribute& attribute : node.attributes) {
    auto* const body = std::get_if<std::shared_ptr<const Graph>>(&attribute.value);
    if (body == nullptr) continue;
    auto copy = std::make_shared<Graph>(**body);
    const std::size_t turned_inside = TurnConstantsIntoInitializers(*copy);
    if (turned_inside > 0) *body = std::move(copy);
    turned += turned_inside;
  }
  return turned;
}

}  // namespace

std::size_t TurnConstantsIntoInitializers(Graph& graph) {
  std::unordered_set<std::string_view> outputs;
  for (const ValueInfo& output : graph.outputs) outputs.insert(output.name);
  std::size_t turned = 0;
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    const ConstantTensor tensor = TensorOfConstant(node);
    if (tensor != nullptr && !outputs.contains(node.outputs.front())) {
      graph.initializers[node.outputs.front()] = tensor;
      ++turned;
      continue;
    }
    turned += TurnConstantsInside(node);
    kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
  return turned;
}

}  // namespace slipway::graph
