// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/graph_builder.h"

#include "slipway/base/format.h"

namespace slipway::quantize {

std::string GraphBuilder::Constant(const std::string& name, Tensor tensor) {
  std::string free_name = names_.ForValue(name);
  graph_.initializers[free_name] = std::make_shared<const Tensor>(std::move(tensor));
  return free_name;
}

std::string GraphBuilder::Integers(const std::string& name, std::span<const std::int64_t> values) {
  return Constant(name, Shape({static_cast<std::int64_t>(values.size())}), values);
}

std::string GraphBuilder::Node(std::string_view op_type, std::vector<std::string> inputs,
                               const std::string& name, std::vector<graph::Attribute> attributes) {
  std::string output = names_.ForValue(name);
  NodeFor(output, op_type, std::move(inputs), std::move(attributes));
  return output;
}

void GraphBuilder::NodeFor(const std::string& output, std::string_view op_type,
                           std::vector<std::string> inputs,
                           std::vector<graph::Attribute> attributes) {
  graph::Node node;
  node.name = names_.ForNode(fmt::format("{}_{}", output, op_type));
  node.op_type = op_type;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  node.attributes = std::move(attributes);
  graph_.nodes.push_back(std::move(node));
}

}  // namespace slipway::quantize
