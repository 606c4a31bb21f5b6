// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/qdq_writer.h"

#include "slipway/base/check.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/graph/unique_names.h"
#include "slipway/optimize/quantize/affine_scale.h"
#include "slipway/optimize/quantize/internal/bias_correction.h"
#include "slipway/optimize/quantize/internal/bias_quantizer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::int32_t kMiddleCode = 128;

// The names of the initializers that hold a scale and its zero point.
struct ScaleNames {
  std::string scale;
  std::string zero_point;
};

// The operands of a DequantizeLinear whose codes do not vary.
struct QuantizedConstant {
  graph::ConstantTensor codes;
  graph::ConstantTensor scales;
  graph::ConstantTensor zero_points;
  std::size_t axis = 0;
};

graph::ConstantTensor Share(Tensor tensor) {
  return std::make_shared<const Tensor>(std::move(tensor));
}

template <typename T>
graph::ConstantTensor Scalar(T value) {
  return Share(Tensor::Of<T>(Shape(), std::span<const T>(&value, 1)));
}

template <typename T>
graph::ConstantTensor Vector(std::span<const T> values) {
  return Share(Tensor::Of<T>(Shape({static_cast<std::int64_t>(values.size())}), values));
}

// A tensor of uint8 or int8, which hold all of `values`.
Tensor ByteTensor(DataType type, const Shape& shape, std::span<const std::int32_t> values) {
  const auto as = [&]<typename T>(T /*zero*/) {
    std::vector<T> bytes;
    for (const std::int32_t value : values) bytes.push_back(static_cast<T>(value));
    return Tensor::Of<T>(shape, bytes);
  };
  return type == DataType::kUint8 ? as(std::uint8_t{}) : as(std::int8_t{});
}

graph::Node MakeNode(std::string op_type, std::vector<std::string> inputs, std::string output) {
  graph::Node node;
  node.name = fmt::format("{}_{}", output, op_type);
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {std::move(output)};
  return node;
}

constexpr std::size_t kBias = 2;  // The input of Conv and Gemm.

bool TakesBias(const graph::Node& node) { return node.op_type != "MatMul"; }

class QdqWriter {
 public:
  QdqWriter(const graph::Graph& graph, const StaticPlan& plan, const QdqOptions& options)
      : source_(graph), plan_(plan), options_(options), names_(graph) {
    result_.graph = graph;
    result_.graph.nodes.clear();
  }

  Result<QdqGraph> Write(const RangesByValue& ranges) && {
    SLIPWAY_TRY(ChooseScales(ranges));
    for (const graph::ValueInfo& input : source_.inputs) AppendPairIfPlanned(input.name);
    auto layer = plan_.layers.begin();
    for (std::size_t i = 0; i < source_.nodes.size(); ++i) {
      graph::Node node = source_.nodes[i];
      if (layer != plan_.layers.end() && layer->node == i) {
        SLIPWAY_TRY(QuantizeLayer(*layer, node));
        ++layer;
      }
      AppendNode(std::move(node));
    }
    graph::RemoveUnused(result_.graph);
    return std::move(result_);
  }

 private:
  Status ChooseScales(const RangesByValue& ranges) {
    for (const std::string& name : plan_.ValuesToCalibrate()) {
      const auto range = ranges.find(name);
      SLIPWAY_CHECK(range != ranges.end());
      Result<AffineScale> scale = ActivationScale(range->second, options_.format);
      if (!scale) return Annotate(scale.error(), "value \"{}\"", name);
      scales_[name] = *scale;
      const ScaleNames names = {names_.ForValue(name + "_scale"),
                                names_.ForValue(name + "_zero_point")};
      AddInitializer(names.scale, Scalar<float>(scale->scale));
      AddInitializer(names.zero_point, Share(ByteTensor(options_.format.activations, Shape(),
                                                        std::array{scale->zero_point})));
      scale_names_[name] = names;
    }
    return {};
  }

  // Makes the operands of `node` the dequantized codes of the layer's weight and bias, and its
  // input that of the codes of the input.
  Status QuantizeLayer(const WeightedLayer& layer, graph::Node& node) {
    const Tensor& weight = *source_.FindInitializer(layer.weight);
    const Tensor* bias = source_.FindInitializer(layer.bias);
    const QuantizedValue& input = plan_.values.find(layer.input)->second;
    const float input_scale = scales_.at(input.range_of).scale;
    Result<std::vector<float>> scales = WeightScales(weight, layer.layout, options_.weight_range);
    if (!scales) return Annotate(scales.error(), "initializer \"{}\"", layer.weight);
    const auto bias_values = bias == nullptr ? std::span<const float>() : bias->elements<float>();
    UnifyUnlessPerChannel(*scales);
    scales = ScalesThatHoldBias(*std::move(scales), bias_values, input_scale);
    if (!scales) return Annotate(scales.error(), "layer that gives \"{}\"", node.outputs[0]);

    UnifyUnlessPerChannel(*scales);
    const QuantizedWeight quantized = QuantizeWeight(weight, layer.layout, *std::move(scales));
    result_.weights[layer.node] = {options_.format.per_channel ? quantized.scales.size() : 1,
                                   quantized.change};
    if (!input.is_produced_as_codes) node.inputs[0] = dequantized_.at(layer.input);
    node.inputs[1] = AppendWeight(layer, quantized);
    const std::vector<float> corrected = CorrectedBias(layer, bias_values, quantized);
    if (corrected.empty()) return {};
    const std::string name = layer.bias.empty() ? node.outputs[0] + "_bias" : layer.bias;
    node.inputs.resize(kBias + 1);
    node.inputs[kBias] = AppendBias(name, QuantizeBias(corrected, input_scale, quantized.scales));
    return {};
  }

  // The bias of a layer with what the rounding of its weights takes from it; empty if it has none.
  std::vector<float> CorrectedBias(const WeightedLayer& layer, std::span<const float> bias,
                                   const QuantizedWeight& quantized) const {
    std::vector<float> corrected(bias.begin(), bias.end());
    const auto means = options_.means.find(layer.input);
    const graph::Node& node = source_.nodes[layer.node];
    if (means == options_.means.end() || !TakesBias(node)) return corrected;
    const Tensor& weight = *source_.FindInitializer(layer.weight);
    const auto groups = static_cast<std::size_t>(node.IntAttribute("group", 1));
    const std::size_t inputs = node.op_type == "Conv"
                                   ? static_cast<std::size_t>(weight.shape()[1]) * groups
                                   : layer.layout.depth;
    // Another layer may read the same value by another dimension.
    if (means->second.size() != inputs) return corrected;
    corrected.resize(layer.layout.channels);
    const std::vector<float> shift = BiasShift(weight, quantized, layer.layout, means->second);
    for (std::size_t i = 0; i < shift.size(); ++i) corrected[i] += shift[i];
    return corrected;
  }

  // Layers that share a weight share its codes too, unless a bias asked for other scales.
  std::string AppendWeight(const WeightedLayer& layer, const QuantizedWeight& weight) {
    const WeightKey key = {layer.weight, layer.layout.axis, weight.scales};
    const auto known = weights_.find(key);
    if (known != weights_.end()) return known->second;
    const DataType type = options_.format.weights;
    const std::int32_t zero = type == DataType::kUint8 ? kMiddleCode : 0;
    std::vector<std::int32_t> codes;
    for (const std::int8_t code : weight.codes.elements<std::int8_t>())
      codes.push_back(code + zero);
    const std::vector<std::int32_t> zeros(ScaleCount(weight.scales), zero);
    std::string output = AppendConstant(
        layer.weight, {.codes = Share(ByteTensor(type, weight.codes.shape(), codes)),
                       .scales = Scales(weight.scales),
                       .zero_points = Share(ByteTensor(type, ScaleShape(weight.scales), zeros)),
                       .axis = layer.layout.axis});
    weights_[key] = output;
    return output;
  }

  std::string AppendBias(const std::string& name, const QuantizedBias& bias) {
    const std::vector<std::int32_t> zeros(ScaleCount(bias.scales));
    return AppendConstant(
        name, {.codes = Vector<std::int32_t>(bias.codes),
               .scales = Scales(bias.scales),
               .zero_points = Share(Tensor::Of<std::int32_t>(ScaleShape(bias.scales), zeros)),
               .axis = 0});
  }

  // Makes all scales the largest if a tensor is to have one.
  void UnifyUnlessPerChannel(std::vector<float>& scales) const {
    if (!options_.format.per_channel) std::ranges::fill(scales, std::ranges::max(scales));
  }
  std::size_t ScaleCount(const std::vector<float>& scales) const {
    return options_.format.per_channel ? scales.size() : 1;
  }
  Shape ScaleShape(const std::vector<float>& scales) const {
    return options_.format.per_channel ? Shape({static_cast<std::int64_t>(scales.size())})
                                       : Shape();
  }
  graph::ConstantTensor Scales(const std::vector<float>& scales) const {
    return Share(Tensor::Of<float>(ScaleShape(scales),
                                   std::span<const float>(scales).first(ScaleCount(scales))));
  }

  // Appends a DequantizeLinear of constants and returns the name of what it gives.
  std::string AppendConstant(const std::string& name, QuantizedConstant constant) {
    const std::vector<std::string> inputs = {names_.ForValue(name + "_quantized"),
                                             names_.ForValue(name + "_scale"),
                                             names_.ForValue(name + "_zero_point")};
    AddInitializer(inputs[0], std::move(constant.codes));
    AddInitializer(inputs[1], std::move(constant.scales));
    AddInitializer(inputs[2], std::move(constant.zero_points));
    std::string output = names_.ForValue(name + "_dequantized");
    graph::Node node = MakeNode("DequantizeLinear", inputs, output);
    if (options_.format.per_channel) {
      node.attributes.push_back({"axis", static_cast<std::int64_t>(constant.axis)});
    }
    result_.graph.nodes.push_back(std::move(node));
    return output;
  }

  // Appends `node` and the pairs that follow its outputs. If all readers of an output read codes,
  // the DequantizeLinear takes the output's name over, so that they, and the caller, need no edit.
  void AppendNode(graph::Node node) {
    std::vector<graph::Node> pairs;
    std::vector<std::string> entries;
    for (std::string& output : node.outputs) {
      const auto value = plan_.values.find(output);
      if (value == plan_.values.end()) continue;
      if (!value->second.is_produced_as_codes) {
        entries.push_back(output);
        continue;
      }
      const std::string original = output;
      output = names_.ForValue(original + "_unquantized");
      std::ranges::move(MakePair(original, output, original), std::back_inserter(pairs));
    }
    result_.graph.nodes.push_back(std::move(node));
    std::ranges::move(pairs, std::back_inserter(result_.graph.nodes));
    for (const std::string& entry : entries) AppendPairIfPlanned(entry);
  }

  // Appends the pair of `value`, which is made in float32, if an int8 operator reads it.
  void AppendPairIfPlanned(const std::string& value) {
    if (!plan_.values.contains(value)) return;
    const std::string output = names_.ForValue(value + "_dequantized");
    dequantized_[value] = output;
    std::ranges::move(MakePair(value, value, output), std::back_inserter(result_.graph.nodes));
  }

  // Quantizes `input` with the scale of `value` and dequantizes it to `output`.
  std::vector<graph::Node> MakePair(const std::string& value, const std::string& input,
                                    const std::string& output) {
    const ScaleNames& scale = scale_names_.at(plan_.values.at(value).range_of);
    const std::string codes = names_.ForValue(value + "_quantized");
    return {MakeNode("QuantizeLinear", {input, scale.scale, scale.zero_point}, codes),
            MakeNode("DequantizeLinear", {codes, scale.scale, scale.zero_point}, output)};
  }

  void AddInitializer(const std::string& name, graph::ConstantTensor tensor) {
    result_.graph.initializers[name] = std::move(tensor);
  }

  using WeightKey = std::tuple<std::string, std::size_t, std::vector<float>>;

  const graph::Graph& source_;
  const StaticPlan& plan_;
  const QdqOptions options_;
  graph::UniqueNames names_;
  std::map<std::string, AffineScale> scales_;       // By the value whose range decides.
  std::map<std::string, ScaleNames> scale_names_;   // Likewise.
  std::map<std::string, std::string> dequantized_;  // What int8 layers read, by the float value.
  std::map<WeightKey, std::string> weights_;        // What layers read, by weight, axis and scales.
  QdqGraph result_;
};

}  // namespace

std::vector<ChannelValue> ValuesToCorrectBy(const graph::Graph& graph, const StaticPlan& plan) {
  std::vector<ChannelValue> values;
  for (const WeightedLayer& layer : plan.layers) {
    const graph::Node& node = graph.nodes[layer.node];
    const bool is_known =
        std::ranges::find(values, layer.input, &ChannelValue::value) != values.end();
    if (TakesBias(node) && !is_known) values.push_back({layer.input, node.op_type != "Conv"});
  }
  return values;
}

Result<QdqGraph> WriteQdq(const graph::Graph& graph, const StaticPlan& plan,
                          const RangesByValue& ranges, const QdqOptions& options) {
  return QdqWriter(graph, plan, options).Write(ranges);
}

}  // namespace slipway::quantize
