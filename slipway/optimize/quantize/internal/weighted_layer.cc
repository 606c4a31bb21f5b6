// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/weighted_layer.h"

#include "slipway/base/format.h"

namespace slipway::quantize {
namespace {

using LayerOrReason = std::expected<WeightedLayer, std::string>;

constexpr std::size_t kMinConvolutionRank = 3;
constexpr std::size_t kMaxConvolutionRank = 5;
// Measured: a convolution of fewer channels spends its time on gathering their bytes one by one,
// unless its kernel is large. 3×3 on one channel takes 2.6 times as long as in float32, on three up
// to twice as long; 7×7 on three channels, or 3×3 on four, is faster.
constexpr std::int64_t kMinInputChannels = 4;
constexpr std::size_t kMinDepth = 64;

std::unexpected<std::string> Because(std::string reason) {
  return std::unexpected(std::move(reason));
}

// What all kinds of layer ask of their operands; fills all but the layout.
LayerOrReason WithConstantWeight(const graph::Node& node, std::size_t index,
                                 const graph::Graph& graph) {
  if (node.inputs.size() < 2) return Because("has no weight");
  const Tensor* weight = graph.FindInitializer(node.inputs[1]);
  if (weight == nullptr) return Because("its weight is not constant");
  if (weight->dtype() != DataType::kFloat32) {
    return Because(fmt::format("its weight is {}", DataTypeName(weight->dtype())));
  }
  if (weight->shape().element_count() == 0) return Because("its weight is empty");
  if (graph.FindInitializer(node.inputs[0]) != nullptr) return Because("its input is constant");
  return WeightedLayer{.node = index,
                       .input = node.inputs[0],
                       .weight = node.inputs[1],
                       .bias = node.inputs.size() > 2 ? node.inputs[2] : "",
                       .layout = {}};
}

LayerOrReason WithConstantBias(WeightedLayer layer, const graph::Graph& graph) {
  if (layer.bias.empty()) return layer;
  const Tensor* bias = graph.FindInitializer(layer.bias);
  if (bias == nullptr) return Because("its bias is not constant");
  const auto channels = static_cast<std::int64_t>(layer.layout.channels);
  if (bias->dtype() != DataType::kFloat32 || bias->shape() != Shape({channels})) {
    return Because(fmt::format("its bias is {} {}, not one float32 for each channel",
                               DataTypeName(bias->dtype()), ToString(bias->shape())));
  }
  return layer;
}

LayerOrReason AsConvolution(WeightedLayer layer, const Shape& weight) {
  if (weight.rank() < kMinConvolutionRank || weight.rank() > kMaxConvolutionRank) {
    return Because(fmt::format("its weight has {} dimensions", weight.rank()));
  }
  layer.layout = ConvolutionLayout(weight);
  return layer;
}

LayerOrReason AsGemm(WeightedLayer layer, const graph::Node& node, const Shape& weight) {
  if (weight.rank() != 2) return Because("its weight is no matrix");
  if (node.IntAttribute("transA", 0) != 0) return Because("it transposes its input");
  for (const char* factor : {"alpha", "beta"}) {
    const graph::Attribute* attribute = node.FindAttribute(factor);
    const float* value = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
    if (value != nullptr && *value != 1) return Because(fmt::format("its {} is not 1", factor));
  }
  const bool is_transposed = node.IntAttribute("transB", 0) != 0;
  layer.layout = is_transposed ? RowLayout(weight) : ColumnLayout(weight);
  return layer;
}

LayerOrReason AsMatMul(WeightedLayer layer, const Shape& weight) {
  if (weight.rank() != 2) return Because("its weight is no matrix");
  layer.layout = ColumnLayout(weight);
  return layer;
}

LayerOrReason WithLayout(WeightedLayer layer, const graph::Node& node, const Shape& weight) {
  if (node.op_type == "Conv") return AsConvolution(std::move(layer), weight);
  if (node.op_type == "Gemm") return AsGemm(std::move(layer), node, weight);
  return AsMatMul(std::move(layer), weight);
}

}  // namespace

LayerOrReason AsWeightedLayer(const graph::Node& node, std::size_t index,
                              const graph::Graph& graph) {
  LayerOrReason layer = WithConstantWeight(node, index, graph);
  if (!layer) return layer;
  const Shape& weight = graph.FindInitializer(layer->weight)->shape();
  layer = WithLayout(*std::move(layer), node, weight);
  if (!layer) return layer;
  return WithConstantBias(*std::move(layer), graph);
}

std::string WhyMostlySlower(const graph::Node& node, const WeightedLayer& layer,
                            const graph::Graph& graph) {
  if (node.op_type != "Conv") return {};
  const std::int64_t channels = graph.FindInitializer(layer.weight)->shape()[1];
  // Measured: int8 depthwise kernels take 1.3 to 2 times as long as float32 ones.
  const bool is_depthwise = node.IntAttribute("group", 1) > 1 && channels == 1;
  if (is_depthwise) return "depthwise convolutions are mostly slower in int8";
  if (channels >= kMinInputChannels || layer.layout.depth >= kMinDepth) return {};
  return fmt::format("with {} input channels it is mostly slower in int8", channels);
}

}  // namespace slipway::quantize
