// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/operator_role.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway::quantize {
namespace {

constexpr std::array<std::string_view, 3> kWeighted = {"Conv", "Gemm", "MatMul"};
constexpr std::array<std::string_view, 7> kComputing = {
    "Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid"};
constexpr std::array<std::string_view, 10> kPassing = {
    "MaxPool", "Reshape",   "Flatten", "Transpose", "Squeeze",
    "Slice",   "Unsqueeze", "Gather",  "Identity",  "Dropout"};

bool HasOneOutput(const graph::Node& node) {
  return !node.outputs.empty() && std::ranges::count(node.outputs, "") ==
                                      static_cast<std::ptrdiff_t>(node.outputs.size()) - 1;
}

bool IsConstant(const graph::Graph& graph, const std::string& value) {
  return graph.HasInitializer(value);
}

bool AllInputsVary(const graph::Node& node, const graph::Graph& graph) {
  return std::ranges::none_of(node.inputs, [&](const std::string& input) {
    return input.empty() || IsConstant(graph, input);
  });
}

// The first input varies and what else there is (shapes, axes, indices) is fixed in the model.
bool OnlyFirstInputVaries(const graph::Node& node, const graph::Graph& graph) {
  if (node.inputs.empty() || IsConstant(graph, node.inputs[0])) return false;
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(), [&](const std::string& input) {
    return input.empty() || IsConstant(graph, input);
  });
}

bool IsClipFromZero(const graph::Node& node, const graph::Graph& graph) {
  if (node.op_type != "Clip" || node.inputs.size() < 2) return false;
  if (!OnlyFirstInputVaries(node, graph)) return false;
  const Tensor* low = graph.FindInitializer(node.inputs[1]);
  return low != nullptr && low->dtype() == DataType::kFloat32 &&
         low->shape().element_count() == 1 && low->elements<float>()[0] == 0;
}

}  // namespace

OperatorRole RoleOf(const graph::Node& node, const graph::Graph& graph) {
  const auto is_one_of = [&](const auto& names) {
    return std::ranges::find(names, node.op_type) != names.end();
  };
  if (!node.domain.empty() || !HasOneOutput(node)) return OperatorRole::kFloat;
  if (is_one_of(kWeighted)) return OperatorRole::kWeighted;
  if (is_one_of(kComputing) && AllInputsVary(node, graph)) return OperatorRole::kComputing;
  if (is_one_of(kPassing) && OnlyFirstInputVaries(node, graph)) return OperatorRole::kPassing;
  if (node.op_type == "Relu" || IsClipFromZero(node, graph)) return OperatorRole::kActivation;
  return OperatorRole::kFloat;
}

}  // namespace slipway::quantize
