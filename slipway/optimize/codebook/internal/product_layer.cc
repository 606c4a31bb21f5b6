// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/product_layer.h"

#include "slipway/base/format.h"
#include "slipway/optimize/codebook/internal/because.h"

#include <optional>
#include <utility>

namespace slipway::codebook {
namespace {

constexpr std::size_t kProductBias = 2;

float FactorOf(const graph::Node& node, std::string_view name) {
  const graph::Attribute* attribute = node.FindAttribute(name);
  const float* factor = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
  return factor == nullptr ? 1 : *factor;
}

bool IsBias(const graph::Graph& graph, std::string_view value, std::int64_t outputs) {
  const Tensor* const bias = graph.FindInitializer(value);
  return bias != nullptr && bias->dtype() == DataType::kFloat32 &&
         bias->shape() == Shape({outputs});
}

// Outputs of `node`, a product with `weight`.
std::int64_t OutputsOf(const graph::Node& node, const Tensor& weight) {
  const bool is_row_an_output = node.op_type == "Gemm" && node.IntAttribute("transB", 0) != 0;
  return weight.shape()[is_row_an_output ? 0 : 1];
}

// The one node that reads what `layer` gives, if it is of that kind and no subgraph reads it.
std::optional<std::size_t> OnlyReader(const graph::Graph& graph, const graph::GraphIndex& uses,
                                      const ProductLayer& layer, std::string_view op_type) {
  const std::optional<graph::ValueUse> use = uses.OnlyUseOf(layer.output);
  if (!use || !use->input) return std::nullopt;
  const graph::Node& reader = graph.nodes[use->node];
  if (!reader.domain.empty() || reader.op_type != op_type) return std::nullopt;
  return use->node;
}

void Absorb(const graph::Graph& graph, std::size_t node, ProductLayer& layer) {
  layer.nodes.push_back(node);
  layer.output = graph.nodes[node].outputs[0];
}

void AbsorbBias(const graph::Graph& graph, const graph::GraphIndex& uses, std::int64_t outputs,
                ProductLayer& layer) {
  const auto add = OnlyReader(graph, uses, layer, "Add");
  if (!add) return;
  const std::vector<std::string>& terms = graph.nodes[*add].inputs;
  const std::string& other = terms[0] == layer.output ? terms[1] : terms[0];
  if (!IsBias(graph, other, outputs)) return;
  layer.bias = other;
  Absorb(graph, *add, layer);
}

}  // namespace

std::expected<ProductLayer, std::string> AsProductLayer(const graph::Graph& graph,
                                                        const graph::GraphIndex& uses,
                                                        const std::string& weight) {
  const std::optional<graph::ValueUse> use = uses.OnlyUseOf(weight);
  if (!use) return Because("several operators read its weight");
  const graph::Node& node = graph.nodes[use->node];
  if (node.op_type == "Conv") return Because("there is no operator for convolutions");
  if (node.IntAttribute("transA", 0) != 0) return Because("it transposes its input");
  const std::int64_t outputs = OutputsOf(node, *graph.FindInitializer(weight));
  ProductLayer layer = {.nodes = {use->node}, .input = node.inputs[0], .output = node.outputs[0]};
  if (node.inputs.size() > kProductBias && !node.inputs[kProductBias].empty()) {
    layer.bias = node.inputs[kProductBias];
    if (!IsBias(graph, layer.bias, outputs)) {
      return Because("its bias is not one constant for each output");
    }
  }
  if (FactorOf(node, "alpha") != 1 || (!layer.bias.empty() && FactorOf(node, "beta") != 1)) {
    return Because("it multiplies by alpha or beta");
  }
  if (layer.bias.empty()) AbsorbBias(graph, uses, outputs, layer);
  if (const auto relu = OnlyReader(graph, uses, layer, "Relu")) {
    layer.has_relu = true;
    Absorb(graph, *relu, layer);
  }
  return layer;
}

}  // namespace slipway::codebook
