// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/gemm_bias.h"

#include "slipway/graph/edit.h"
#include "slipway/graph/graph_index.h"
#include "slipway/graph/unique_names.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::size_t kGemmBias = 2;  // Gemm's input.

const Tensor* FindFloats(const graph::Graph& graph, const std::string& value) {
  const Tensor* tensor = graph.FindInitializer(value);
  return tensor != nullptr && tensor->dtype() == DataType::kFloat32 ? tensor : nullptr;
}

const Tensor* FindMatrix(const graph::Graph& graph, const std::string& value) {
  const Tensor* tensor = FindFloats(graph, value);
  return tensor != nullptr && tensor->shape().rank() == 2 ? tensor : nullptr;
}

// `bias` as a vector of `columns` elements, if it is one for each column or one for all.
std::optional<Tensor> AsRow(const Tensor& bias, std::int64_t columns) {
  const Shape& shape = bias.shape();
  const std::int64_t count = shape.element_count();
  const bool is_row = shape.rank() <= 1 || (shape.rank() == 2 && shape[0] == 1);
  if (!is_row || (count != columns && count != 1)) return std::nullopt;
  std::vector<float> row(static_cast<std::size_t>(columns));
  const auto values = bias.elements<float>();
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = values[count == 1 ? 0 : i];
  return Tensor::Of<float>(Shape({columns}), row);
}

class BiasCanonicalizer {
 public:
  BiasCanonicalizer(graph::Graph& graph, const graph::ValueTable& values)
      : graph_(graph), values_(values), names_(graph), index_(graph) {}

  void Run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const graph::Node& node = graph_.nodes[i];
      if (!node.domain.empty()) continue;
      if (node.op_type == "Gemm") RepeatBias(i);
      if (node.op_type == "MatMul") FuseWithAddition(i);
    }
    std::erase_if(graph_.nodes, [&](const graph::Node& node) {
      return node.op_type == "Add" && fused_.contains(node.outputs[0]);
    });
  }

 private:
  void RepeatBias(std::size_t gemm) {
    const graph::Node& node = graph_.nodes[gemm];
    if (node.inputs.size() <= kGemmBias) return;
    const Tensor* weight = FindMatrix(graph_, node.inputs[1]);
    const Tensor* bias = FindFloats(graph_, node.inputs[kGemmBias]);
    if (weight == nullptr || bias == nullptr) return;
    const std::int64_t columns = weight->shape()[node.IntAttribute("transB", 0) != 0 ? 0 : 1];
    if (bias->shape() != Shape({columns})) SetBias(gemm, *bias, columns);
  }

  // The engine itself makes the two a Gemm, but too late to give it an int8 bias.
  void FuseWithAddition(std::size_t product) {
    graph::Node& node = graph_.nodes[product];
    const Tensor* weight = FindMatrix(graph_, node.inputs[1]);
    const std::optional<graph::ValueUse> next = index_.OnlyUseOf(node.outputs[0]);
    if (weight == nullptr || !IsMatrix(node.inputs[0]) || !next || !next->input) return;
    const graph::Node& addition = graph_.nodes[next->node];
    if (addition.op_type != "Add" || !addition.domain.empty()) return;
    const Tensor* bias = FindFloats(graph_, addition.inputs[1 - *next->input]);
    if (bias == nullptr || !SetBias(product, *bias, weight->shape()[1])) return;
    node.op_type = "Gemm";
    node.outputs = addition.outputs;
    fused_.insert(addition.outputs[0]);
  }

  bool SetBias(std::size_t node, const Tensor& bias, std::int64_t columns) {
    std::optional<Tensor> row = AsRow(bias, columns);
    if (!row) return false;
    graph::SetConstantInput(graph_, index_, names_,
                            {.node = node,
                             .input = kGemmBias,
                             .tensor = std::make_shared<const Tensor>(*std::move(row)),
                             .name = graph_.nodes[node].outputs[0] + "_bias"});
    return true;
  }

  bool IsMatrix(const std::string& value) const {
    const auto info = values_.find(value);
    return info != values_.end() && info->second.shape && info->second.shape->size() == 2;
  }

  graph::Graph& graph_;
  const graph::ValueTable& values_;
  graph::UniqueNames names_;
  const graph::GraphIndex index_;
  std::set<std::string> fused_;  // Outputs of additions that became part of a Gemm.
};

}  // namespace

void CanonicalizeGemmBiases(graph::Graph& graph, const graph::ValueTable& values) {
  BiasCanonicalizer(graph, values).Run();
}

}  // namespace slipway::quantize
