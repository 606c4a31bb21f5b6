// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/fold_batch_norm.h"

#include "slipway/graph/edit.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <ranges>

namespace slipway::graph {
namespace {

/// What a batch normalization does to each channel: y = factor · x + offset.
struct Affine {
  std::vector<double> factor;
  std::vector<double> offset;
};

/// The elements of input `input` of `node`; nothing if it is no float32 initializer.
std::optional<std::span<const float>> FloatsOf(const Graph& graph, const Node& node,
                                               std::size_t input) {
  if (input >= node.inputs.size()) return std::nullopt;
  const Tensor* const tensor = graph.FindInitializer(node.inputs[input]);
  if (tensor == nullptr || tensor->dtype() != DataType::kFloat32) return std::nullopt;
  return tensor->elements<float>();
}

float FloatAttribute(const Node& node, std::string_view name, float otherwise) {
  const Attribute* const attribute = node.FindAttribute(name);
  if (attribute == nullptr) return otherwise;
  const auto* const value = std::get_if<float>(&attribute->value);
  return value == nullptr ? otherwise : *value;
}

/// What `node`, a BatchNormalization, does to each of `channels` channels.
std::optional<Affine> AffineOf(const Graph& graph, const Node& node, std::size_t channels) {
  const auto scale = FloatsOf(graph, node, 1);
  const auto beta = FloatsOf(graph, node, 2);
  const auto mean = FloatsOf(graph, node, 3);
  const auto variance = FloatsOf(graph, node, 4);
  if (!scale || !beta || !mean || !variance) return std::nullopt;
  for (const auto& list : {*scale, *beta, *mean, *variance}) {
    if (list.size() != channels) return std::nullopt;
  }
  const double epsilon = FloatAttribute(node, "epsilon", 1e-5F);
  Affine affine;
  for (std::size_t c = 0; c < channels; ++c) {
    const double factor = (*scale)[c] / std::sqrt((*variance)[c] + epsilon);
    affine.factor.push_back(factor);
    affine.offset.push_back((*beta)[c] - factor * (*mean)[c]);
  }
  return affine;
}

/// How the weights of a layer lie: element i belongs to output channel
/// group(i) · channels_per_group + (i / stride) % channels_per_group.
struct WeightLayout {
  std::size_t channels = 0;
  std::size_t channels_per_group = 0;
  std::size_t stride = 1;        ///< Elements from one channel to the next.
  std::size_t group_stride = 1;  ///< Elements from one group to the next.

  std::size_t ChannelOf(std::size_t element) const {
    return element / group_stride * channels_per_group + element / stride % channels_per_group;
  }
};

std::optional<WeightLayout> LayoutOf(const Node& node, const Shape& shape) {
  if (shape.rank() < 2 || shape.element_count() == 0) return std::nullopt;
  const auto total = static_cast<std::size_t>(shape.element_count());
  const auto first = static_cast<std::size_t>(shape[0]);
  const auto second = static_cast<std::size_t>(shape[1]);
  const bool rows_are_channels = node.op_type == "Conv" || node.IntAttribute("transB", 0) != 0;
  if (rows_are_channels) return WeightLayout{first, first, total / first, total};
  if (node.op_type == "Gemm") return WeightLayout{second, second, 1, total};
  // ConvTranspose: [channels in, channels out of each group, ...].
  const auto group =
      static_cast<std::size_t>(std::max<std::int64_t>(1, node.IntAttribute("group", 1)));
  if (first % group != 0) return std::nullopt;
  return WeightLayout{second * group, second, total / first / second, total / group};
}

/// A tensor of `count` float32 elements that `element(i)` gives; null if one is not finite.
ConstantTensor MakeFloats(const Shape& shape, auto element) {
  std::vector<float> elements(static_cast<std::size_t>(shape.element_count()));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    elements[i] = static_cast<float>(element(i));
    if (!std::isfinite(elements[i])) return nullptr;
  }
  return std::make_shared<const Tensor>(Tensor::Of<float>(shape, elements));
}

ConstantTensor FoldedWeights(const Tensor& weights, const WeightLayout& layout,
                             const Affine& affine) {
  const auto elements = weights.elements<float>();
  return MakeFloats(weights.shape(), [&](std::size_t i) {
    return elements[i] * affine.factor[layout.ChannelOf(i)];
  });
}

constexpr std::size_t kLayerWeights = 1;
constexpr std::size_t kLayerBias = 2;

/// The bias of `layer` if it is there and has one value a channel, or one for all.
std::optional<std::span<const float>> ChannelBias(const Graph& graph, const Node& layer,
                                                  std::size_t channels) {
  const auto bias = FloatsOf(graph, layer, kLayerBias);
  if (!bias || bias->size() == 1) return bias;
  const Shape& shape = graph.FindInitializer(layer.inputs[kLayerBias])->shape();
  const bool fits = bias->size() == channels && shape[shape.rank() - 1] == std::ssize(*bias);
  return fits ? bias : std::nullopt;
}

/// The bias after the fold; null if the layer has one that cannot be folded.
ConstantTensor FoldedBias(const Graph& graph, const Node& layer, const Affine& affine) {
  const std::size_t channels = affine.factor.size();
  const bool has_bias = layer.inputs.size() > kLayerBias && !layer.inputs[kLayerBias].empty();
  const auto bias = ChannelBias(graph, layer, channels);
  if (has_bias && !bias) return nullptr;
  const double beta = layer.op_type == "Gemm" ? FloatAttribute(layer, "beta", 1) : 1;
  return MakeFloats({static_cast<std::int64_t>(channels)}, [&](std::size_t c) {
    const double old = has_bias ? beta * (*bias)[bias->size() == 1 ? 0 : c] : 0;
    return affine.factor[c] * old + affine.offset[c];
  });
}

bool IsInference(const Node& node) {
  const bool has_statistics = std::ranges::any_of(
      node.outputs | std::views::drop(1), [](const std::string& name) { return !name.empty(); });
  return node.IntAttribute("training_mode", 0) == 0 && !has_statistics;
}

bool IsFoldable(const Node& layer) {
  return layer.domain.empty() &&
         (layer.op_type == "Conv" || layer.op_type == "ConvTranspose" || layer.op_type == "Gemm");
}

/// Folds the node at `norm` and returns whether it could; the node then makes nothing.
bool Fold(Graph& graph, const GraphIndex& index, UniqueNames& names, std::size_t norm) {
  Node& node = graph.nodes[norm];
  if (node.inputs.empty() || !IsInference(node)) return false;
  const std::optional<std::size_t> producer = index.ProducerOf(node.inputs.front());
  if (!producer || !index.OnlyUseOf(node.inputs.front())) return false;
  Node& layer = graph.nodes[*producer];
  if (!IsFoldable(layer) || !FloatsOf(graph, layer, kLayerWeights)) return false;
  const Tensor& weights = *graph.FindInitializer(layer.inputs[kLayerWeights]);
  const std::optional<WeightLayout> layout = LayoutOf(layer, weights.shape());
  if (!layout) return false;
  const std::optional<Affine> affine = AffineOf(graph, node, layout->channels);
  if (!affine) return false;
  const ConstantTensor folded_weights = FoldedWeights(weights, *layout, *affine);
  const ConstantTensor folded_bias = FoldedBias(graph, layer, *affine);
  if (folded_weights == nullptr || folded_bias == nullptr) return false;
  const std::string weights_name = layer.inputs[kLayerWeights];
  SetConstantInput(graph, index, names, {*producer, kLayerWeights, folded_weights, weights_name});
  SetConstantInput(graph, index, names,
                   {*producer, kLayerBias, folded_bias, weights_name + "_bias"});
  std::erase_if(layer.attributes, [](const Attribute& a) { return a.name == "beta"; });
  layer.outputs.front() = node.outputs.front();
  node.outputs.clear();
  return true;
}

}  // namespace

BatchNormFolding FoldBatchNormalization(Graph& graph) {
  const GraphIndex index(graph);
  UniqueNames names(graph);
  BatchNormFolding result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].op_type != "BatchNormalization" || !graph.nodes[i].domain.empty()) continue;
    ++(Fold(graph, index, names, i) ? result.folded : result.left);
  }
  std::erase_if(graph.nodes, [](const Node& node) {
    return node.op_type == "BatchNormalization" && node.outputs.empty();
  });
  return result;
}

}  // namespace slipway::graph
