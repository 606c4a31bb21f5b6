// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/weight_layers.h"

#include "slipway/base/format.h"
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <optional>
#include <utility>

namespace slipway::codebook {
namespace {

constexpr std::size_t kWeight = 1;
constexpr std::size_t kLayerBias = 2;
constexpr std::size_t kLeastConvolutionRank = 3;

// How `node` reads a weight of `shape`; nothing if that is no weight for it.
std::optional<MatrixLayout> LayoutFor(const graph::Node& node, const Shape& shape) {
  if (node.op_type == "Conv") {
    if (shape.rank() < kLeastConvolutionRank) return std::nullopt;
    return RowsFirst(shape);
  }
  if (shape.rank() != 2) return std::nullopt;
  const bool is_row_a_channel = node.op_type == "Gemm" && node.IntAttribute("transB", 0) != 0;
  return is_row_a_channel ? RowsFirst(shape) : ColumnsFirst(shape);
}

// Whether everything that reads the weight of `layer` reads it as the layer does.
bool IsReadAlike(const graph::Graph& graph, const graph::GraphIndex& uses,
                 const WeightLayer& layer) {
  for (const graph::ValueUse& use : uses.UsesOf(layer.weight)) {
    const graph::Node& reader = graph.nodes[use.node];
    if (use.input != kWeight || !HasWeights(reader)) return false;
    if (LayoutFor(reader, layer.layout.shape) != layer.layout) return false;
  }
  return true;
}

bool HasFactor(const graph::Node& node, std::string_view name) {
  const graph::Attribute* attribute = node.FindAttribute(name);
  const float* factor = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
  return factor != nullptr && *factor != 1;
}

// The bias of the layer, if it can take up what the weights are off by on average.
std::string BiasOf(const graph::Graph& graph, const graph::GraphIndex& uses,
                   const WeightLayer& layer) {
  const graph::Node& node = graph.nodes[layer.node];
  if (node.inputs.size() <= kLayerBias || HasFactor(node, "alpha") || HasFactor(node, "beta"))
    return "";
  const std::string& name = node.inputs[kLayerBias];
  const Tensor* const bias = graph.FindInitializer(name);
  const Shape one_a_row({static_cast<std::int64_t>(layer.layout.rows)});
  if (bias == nullptr || bias->dtype() != DataType::kFloat32 || bias->shape() != one_a_row) {
    return "";
  }
  const bool is_alone = uses.OnlyUseOf(name) && uses.OnlyUseOf(layer.weight);
  return is_alone ? name : "";
}

}  // namespace

bool HasWeights(const graph::Node& node) {
  return node.domain.empty() &&
         (node.op_type == "Conv" || node.op_type == "Gemm" || node.op_type == "MatMul");
}

std::expected<WeightLayer, std::string> AsWeightLayer(const graph::Graph& graph,
                                                      const graph::GraphIndex& uses,
                                                      std::size_t index) {
  const graph::Node& node = graph.nodes[index];
  if (node.inputs.size() <= kWeight) return Because("it has no weight");
  WeightLayer layer{.node = index, .weight = node.inputs[kWeight], .layout = {}, .bias = {}};
  const Tensor* const weight = graph.FindInitializer(layer.weight);
  if (weight == nullptr) return Because("its weight is no constant tensor");
  if (weight->dtype() != DataType::kFloat32) {
    return Because(fmt::format("its weight is {}", DataTypeName(weight->dtype())));
  }
  if (weight->shape().element_count() == 0) return Because("its weight is empty");
  const std::optional<MatrixLayout> layout = LayoutFor(node, weight->shape());
  if (!layout) return Because(fmt::format("its weight is {}", ToString(weight->shape())));
  layer.layout = *layout;
  if (uses.IsOutput(layer.weight)) return Because("its weight is an output of the model");
  if (!IsReadAlike(graph, uses, layer)) return Because("its weight is read in other ways, too");
  const std::size_t first = uses.UsesOf(layer.weight).front().node;
  if (first != index) {
    return Because(
        fmt::format("it has the weight of \"{}\"", quantize::ReportedName(graph.nodes[first])));
  }
  layer.bias = BiasOf(graph, uses, layer);
  return layer;
}

}  // namespace slipway::codebook
