// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/canonical_gemm.h"

#include "slipway/graph/edit.h"

#include <algorithm>
#include <cstring>

namespace slipway::graph {
namespace {

constexpr std::size_t kWeights = 1;
constexpr std::size_t kBias = 2;

float FactorOf(const Node& node, std::string_view name) {
  const Attribute* const attribute = node.FindAttribute(name);
  const auto* const value = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
  return value == nullptr ? 1.0F : *value;
}

/// `matrix` with rows and columns swapped. Its elements take whole bytes.
Tensor Transposed(const Tensor& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.shape()[0]);
  const auto columns = static_cast<std::size_t>(matrix.shape()[1]);
  Tensor result = *Tensor::Zeros(matrix.dtype(), {matrix.shape()[1], matrix.shape()[0]});
  const std::size_t size = ElementBits(matrix.dtype()) / 8;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      std::memcpy(result.mutable_bytes().subspan((c * rows + r) * size).data(),
                  matrix.bytes().subspan((r * columns + c) * size).data(), size);
    }
  }
  return result;
}

/// Multiplies the elements of `tensor`, which are float32, by `factor`.
void Scale(Tensor& tensor, float factor) {
  for (float& element : tensor.mutable_elements<float>()) element *= factor;
}

/// One Gemm and what is to be done to it.
struct Rewrite {
  bool transposes = false;
  float alpha = 1;
  float beta = 1;

  bool ChangesAnything() const { return transposes || alpha != 1 || beta != 1; }
};

Rewrite PlanFor(const Graph& graph, const Node& node, GemmWeights wanted) {
  const auto is_float_constant = [&](std::size_t input) {
    const Tensor* const tensor =
        input < node.inputs.size() ? graph.FindInitializer(node.inputs[input]) : nullptr;
    return tensor != nullptr && tensor->dtype() == DataType::kFloat32;
  };
  const bool has_bias = node.inputs.size() > kBias && !node.inputs[kBias].empty();
  Rewrite rewrite;
  rewrite.transposes =
      (node.IntAttribute("transB", 0) != 0) != (wanted == GemmWeights::kOutputsByInputs);
  if (is_float_constant(kWeights)) rewrite.alpha = FactorOf(node, "alpha");
  if (!has_bias || is_float_constant(kBias)) rewrite.beta = FactorOf(node, "beta");
  return rewrite;
}

void RemoveAttribute(Node& node, std::string_view name) {
  std::erase_if(node.attributes, [name](const Attribute& a) { return a.name == name; });
}

/// Makes `transB` the other of 0 and 1; 0 is the default and not written.
void FlipTransposition(Node& node) {
  const bool was_transposed = node.IntAttribute("transB", 0) != 0;
  RemoveAttribute(node, "transB");
  if (!was_transposed) node.attributes.push_back({.name = "transB", .value = std::int64_t{1}});
}

/// What every rewrite of a graph needs.
struct Workplace {
  Graph& graph;
  const GraphIndex index;
  UniqueNames names;

  void Set(std::size_t node, std::size_t input, Tensor tensor) {
    SetConstantInput(graph, index, names,
                     {.node = node,
                      .input = input,
                      .tensor = std::make_shared<const Tensor>(std::move(tensor)),
                      .name = graph.nodes[node].inputs[input]});
  }
};

void Apply(Workplace& workplace, std::size_t gemm, const Rewrite& rewrite) {
  Node& node = workplace.graph.nodes[gemm];
  const Tensor& old_weights = *workplace.graph.FindInitializer(node.inputs[kWeights]);
  Tensor weights = rewrite.transposes ? Transposed(old_weights) : old_weights.Clone();
  if (rewrite.alpha != 1) Scale(weights, rewrite.alpha);
  workplace.Set(gemm, kWeights, std::move(weights));
  const bool has_bias = node.inputs.size() > kBias && !node.inputs[kBias].empty();
  if (rewrite.beta != 1 && has_bias) {
    Tensor bias = workplace.graph.FindInitializer(node.inputs[kBias])->Clone();
    Scale(bias, rewrite.beta);
    workplace.Set(gemm, kBias, std::move(bias));
  }
  if (rewrite.transposes) FlipTransposition(node);
  if (rewrite.alpha != 1) RemoveAttribute(node, "alpha");
  if (rewrite.beta != 1) RemoveAttribute(node, "beta");
}

bool HasConstantMatrix(const Graph& graph, const Node& node) {
  if (node.op_type != "Gemm" || !node.domain.empty() || node.inputs.size() <= kWeights) {
    return false;
  }
  const Tensor* const weights = graph.FindInitializer(node.inputs[kWeights]);
  return weights != nullptr && weights->shape().rank() == 2 && ElementBits(weights->dtype()) >= 8;
}

}  // namespace

std::size_t CanonicalizeGemm(Graph& graph, GemmWeights weights) {
  Workplace workplace{.graph = graph, .index = GraphIndex(graph), .names = UniqueNames(graph)};
  std::size_t changed = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!HasConstantMatrix(graph, graph.nodes[i])) continue;
    const Rewrite rewrite = PlanFor(graph, graph.nodes[i], weights);
    if (!rewrite.ChangesAnything()) continue;
    Apply(workplace, i, rewrite);
    ++changed;
  }
  return changed;
}

}  // namespace slipway::graph
