// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/channel_rescaling.h"

#include "slipway/graph/edit.h"
#include "slipway/graph/graph_index.h"
#include "slipway/graph/unique_names.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace slipway::quantize {
namespace {

// Operators f with f(s x) = s f(x) for s > 0: element by element, and for values with channels in
// the second dimension, within each channel.
constexpr std::array<std::string_view, 3> kElementwise = {"Relu", "LeakyRelu", "Identity"};
constexpr std::array<std::string_view, 3> kPooling = {"MaxPool", "AveragePool",
                                                      "GlobalAveragePool"};
constexpr std::size_t kWeight = 1;
constexpr std::size_t kRescaledBias = 2;

// A constant whose elements belong to channels: element i to channel i / inner % count + the offset
// of the group that it is in.
struct ChannelMap {
  std::size_t inner = 1;
  std::size_t count = 1;
  std::size_t group_size = 0;  // Elements of one group; 0: there are no groups.

  std::size_t ChannelOf(std::size_t element) const {
    const std::size_t group = group_size == 0 ? 0 : element / group_size;
    return element / inner % count + group * count;
  }
};

std::size_t Size(const Shape& shape, std::size_t dimension) {
  return static_cast<std::size_t>(shape[dimension]);
}

const Tensor* FindFloats(const graph::Graph& graph, const graph::Node& node, std::size_t input) {
  if (node.inputs.size() <= input) return nullptr;
  const Tensor* tensor = graph.FindInitializer(node.inputs[input]);
  return tensor != nullptr && tensor->dtype() == DataType::kFloat32 ? tensor : nullptr;
}

bool HasFactors(const graph::Node& node) {
  return std::ranges::any_of(node.attributes, [](const graph::Attribute& attribute) {
    const float* value = std::get_if<float>(&attribute.value);
    return (attribute.name == "alpha" || attribute.name == "beta") && value != nullptr &&
           *value != 1;
  });
}

// `node` with a constant float32 weight of a shape that is known here.
bool IsLayer(const graph::Graph& graph, const graph::Node& node) {
  if (!node.domain.empty()) return false;
  const Tensor* weight = FindFloats(graph, node, kWeight);
  if (weight == nullptr || weight->shape().element_count() == 0) return false;
  const std::size_t rank = weight->shape().rank();
  if (node.op_type == "Conv") return rank >= 3;
  if (node.op_type == "MatMul") return rank == 2;
  return node.op_type == "Gemm" && rank == 2 && node.IntAttribute("transA", 0) == 0 &&
         !HasFactors(node);
}

// How the weights of a layer belong to its output channels.
ChannelMap OutputMap(const graph::Node& node, const Shape& weight) {
  const bool by_column = node.op_type != "Conv" && node.IntAttribute("transB", 0) == 0;
  if (by_column) return {.inner = 1, .count = Size(weight, 1)};
  return {.inner = static_cast<std::size_t>(weight.row_size()), .count = Size(weight, 0)};
}

// How they belong to its input channels.
ChannelMap InputMap(const graph::Node& node, const Shape& weight) {
  const auto row = static_cast<std::size_t>(weight.row_size());
  if (node.op_type == "Conv") {
    const auto groups = static_cast<std::size_t>(node.IntAttribute("group", 1));
    const auto elements = static_cast<std::size_t>(weight.element_count());
    return {
        .inner = row / Size(weight, 1), .count = Size(weight, 1), .group_size = elements / groups};
  }
  if (node.IntAttribute("transB", 0) != 0) return {.inner = 1, .count = row};
  return {.inner = row, .count = Size(weight, 0)};
}

std::size_t InputChannels(const graph::Node& node, const Shape& weight) {
  const ChannelMap map = InputMap(node, weight);
  return map.count * static_cast<std::size_t>(node.IntAttribute("group", 1));
}

// Whether groups, if there are any, share the output channels evenly.
bool HasSoundGroups(const graph::Node& node, const Shape& weight) {
  const std::int64_t groups = node.IntAttribute("group", 1);
  return groups >= 1 && weight[0] % groups == 0 && weight[1] > 0;
}

class Finder {
 public:
  explicit Finder(const graph::Graph& graph) : graph_(graph), index_(graph) {}

  std::vector<ScalableValue> Find() const {
    std::vector<ScalableValue> found;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (std::optional<ScalableValue> value = ScaledBy(i)) found.push_back(*std::move(value));
    }
    return found;
  }

 private:
  // The value that node `i` can scale.
  std::optional<ScalableValue> ScaledBy(std::size_t i) const {
    const graph::Node& node = graph_.nodes[i];
    std::optional<ScalableValue> value = AsProducer(i);
    if (!value) return std::nullopt;
    value->value = node.outputs[0];
    for (;;) {
      const auto next = index_.OnlyUseOf(value->value);
      if (!next || !IsHomogeneous(graph_.nodes[next->node], value->is_last)) break;
      value->value = graph_.nodes[next->node].outputs[0];
    }
    if (index_.IsOutput(value->value)) return std::nullopt;
    for (const graph::ValueUse& use : index_.UsesOf(value->value)) {
      if (!IsConsumer(use, *value)) return std::nullopt;
      value->consumers.push_back(use.node);
    }
    if (value->consumers.empty()) return std::nullopt;
    return value;
  }

  std::optional<ScalableValue> AsProducer(std::size_t i) const {
    const graph::Node& node = graph_.nodes[i];
    ScalableValue value = {.value = {}, .producer = i, .consumers = {}};
    if (node.domain.empty() && node.op_type == "LayerNormalization") {
      const Tensor* scale = FindFloats(graph_, node, kWeight);
      const std::int64_t axis = node.IntAttribute("axis", -1);
      const bool has_statistics =
          std::ranges::count(node.outputs, "") + 1 < std::ssize(node.outputs);
      if (scale == nullptr || scale->shape().rank() != 1 || axis != -1 || has_statistics) {
        return std::nullopt;
      }
      value.channels = Size(scale->shape(), 0);
      value.is_last = true;
    } else if (IsLayer(graph_, node)) {
      const Shape& weight = FindFloats(graph_, node, kWeight)->shape();
      value.channels = OutputMap(node, weight).count;
      value.is_last = node.op_type != "Conv";
    } else {
      return std::nullopt;
    }
    return HasBias(node, value.channels) ? std::optional(value) : std::nullopt;
  }

  // Whether the node's bias, if it has one, can be scaled along.
  bool HasBias(const graph::Node& node, std::size_t channels) const {
    if (node.inputs.size() <= kRescaledBias || node.inputs[kRescaledBias].empty()) return true;
    const Tensor* bias = FindFloats(graph_, node, kRescaledBias);
    return bias != nullptr && bias->shape() == Shape({static_cast<std::int64_t>(channels)});
  }

  static bool IsHomogeneous(const graph::Node& node, bool is_last) {
    const auto is_one_of = [&](const auto& names) {
      return std::ranges::find(names, node.op_type) != names.end();
    };
    // The second output of MaxPool are indices.
    return node.domain.empty() && node.outputs.size() == 1 &&
           (is_one_of(kElementwise) || (!is_last && is_one_of(kPooling)));
  }

  bool IsConsumer(const graph::ValueUse& use, const ScalableValue& value) const {
    const graph::Node& node = graph_.nodes[use.node];
    if (use.input != std::size_t{0} || !IsLayer(graph_, node)) return false;
    if ((node.op_type != "Conv") != value.is_last) return false;
    const Shape& weight = FindFloats(graph_, node, kWeight)->shape();
    if (!HasSoundGroups(node, weight)) return false;
    return InputChannels(node, weight) == value.channels;
  }

  const graph::Graph& graph_;
  const graph::GraphIndex index_;
};

using ChannelScales = std::vector<double>;

class Rescaler {
 public:
  explicit Rescaler(graph::Graph& graph) : graph_(graph), index_(graph), names_(graph) {}

  // The largest weight of each of the value's channels where it comes from.
  ChannelScales LargestBefore(const ScalableValue& value) const {
    ChannelScales largest(value.channels);
    AddLargest(value.producer, ProducerMap(value), largest);
    return largest;
  }
  // And where it goes.
  ChannelScales LargestAfter(const ScalableValue& value) const {
    ChannelScales largest(value.channels);
    for (const std::size_t consumer : value.consumers) {
      AddLargest(consumer, ConsumerMap(consumer), largest);
    }
    return largest;
  }

  // Divides the channels of the value by `scales`.
  void Divide(const ScalableValue& value, const ChannelScales& scales) {
    ChannelScales inverse = scales;
    for (double& scale : inverse) scale = 1 / scale;
    const graph::Node& producer = graph_.nodes[value.producer];
    Multiply({value.producer, kWeight}, ProducerMap(value), inverse);
    if (producer.inputs.size() > kRescaledBias && !producer.inputs[kRescaledBias].empty()) {
      Multiply({value.producer, kRescaledBias}, {.inner = 1, .count = value.channels}, inverse);
    }
    for (const std::size_t consumer : value.consumers) {
      Multiply({consumer, kWeight}, ConsumerMap(consumer), scales);
    }
  }

 private:
  struct Constant {
    std::size_t node;
    std::size_t input;
  };

  const Tensor& Weight(std::size_t node) const {
    return *FindFloats(graph_, graph_.nodes[node], kWeight);
  }
  ChannelMap ProducerMap(const ScalableValue& value) const {
    const graph::Node& node = graph_.nodes[value.producer];
    if (node.op_type == "LayerNormalization") return {.inner = 1, .count = value.channels};
    return OutputMap(node, Weight(value.producer).shape());
  }
  ChannelMap ConsumerMap(std::size_t node) const {
    return InputMap(graph_.nodes[node], Weight(node).shape());
  }

  void AddLargest(std::size_t node, const ChannelMap& map, ChannelScales& largest) const {
    const auto weights = Weight(node).elements<float>();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double& channel = largest[map.ChannelOf(i)];
      channel = std::max(channel, std::abs(static_cast<double>(weights[i])));
    }
  }

  void Multiply(const Constant& constant, const ChannelMap& map, const ChannelScales& scales) {
    const Tensor& tensor = *FindFloats(graph_, graph_.nodes[constant.node], constant.input);
    const auto elements = tensor.elements<float>();
    std::vector<float> scaled;
    scaled.reserve(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      scaled.push_back(static_cast<float>(elements[i] * scales[map.ChannelOf(i)]));
    }
    graph::SetConstantInput(
        graph_, index_, names_,
        {.node = constant.node,
         .input = constant.input,
         .tensor = std::make_shared<const Tensor>(Tensor::Of<float>(tensor.shape(), scaled)),
         .name = graph_.nodes[constant.node].inputs[constant.input] + "_scaled"});
  }

  graph::Graph& graph_;
  const graph::GraphIndex index_;
  graph::UniqueNames names_;
};

// A scale of a channel that is as good as dead on one side does not matter, and a huge one would
// only move rounding errors about.
double Bounded(double scale) {
  constexpr double kMost = 1e4;
  if (!(scale > 0) || !std::isfinite(scale)) return 1;
  return std::clamp(scale, 1 / kMost, kMost);
}

}  // namespace

std::vector<ScalableValue> FindScalableValues(const graph::Graph& graph) {
  return Finder(graph).Find();
}

std::size_t EqualizeWeights(graph::Graph& graph) {
  std::vector<ScalableValue> values = FindScalableValues(graph);
  // The scale of a normalization is no weight: it has nothing to be equal to.
  std::erase_if(values, [&](const ScalableValue& value) {
    return graph.nodes[value.producer].op_type == "LayerNormalization";
  });
  // Each pair disturbs its neighbours, less and less.
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    for (const ScalableValue& value : values) {
      Rescaler rescaler(graph);
      ChannelScales scales = rescaler.LargestBefore(value);
      const ChannelScales after = rescaler.LargestAfter(value);
      for (std::size_t i = 0; i < scales.size(); ++i) {
        scales[i] = Bounded(std::sqrt(scales[i] / after[i]));
      }
      rescaler.Divide(value, scales);
    }
  }
  return values.size();
}

std::size_t SmoothActivations(graph::Graph& graph, const ChannelsByValue& largest) {
  std::size_t scaled = 0;
  for (const ScalableValue& value : FindScalableValues(graph)) {
    const auto known = largest.find(value.value);
    if (known == largest.end() || known->second.size() != value.channels) continue;
    Rescaler rescaler(graph);
    ChannelScales scales = rescaler.LargestAfter(value);
    for (std::size_t i = 0; i < scales.size(); ++i) {
      scales[i] = Bounded(std::sqrt(known->second[i] / scales[i]));
    }
    rescaler.Divide(value, scales);
    ++scaled;
  }
  return scaled;
}

}  // namespace slipway::quantize
