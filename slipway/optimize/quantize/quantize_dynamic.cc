// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_dynamic.h"

#include "slipway/graph/model_file.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/optimize/quantize/internal/graph_builder.h"
#include "slipway/optimize/quantize/internal/operator_role.h"
#include "slipway/optimize/quantize/internal/prepare.h"
#include "slipway/optimize/quantize/internal/report_start.h"
#include "slipway/optimize/quantize/internal/weighted_layer.h"

#include <algorithm>
#include <expected>
#include <map>
#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

using LayerOrReason = std::expected<WeightedLayer, std::string>;

LayerOrReason AsDynamicLayer(const graph::Node& node, std::size_t index,
                             const graph::Graph& graph) {
  const std::string_view op = node.op_type;
  if (op == "Conv" && node.domain.empty()) {
    return std::unexpected("the engine's dynamic int8 convolution takes 4 to 10 times as long");
  }
  if (RoleOf(node, graph) != OperatorRole::kWeighted) {
    return std::unexpected("no matrix product by constant weights");
  }
  return AsWeightedLayer(node, index, graph);
}

// `codes`, an int8 matrix, with rows and columns exchanged.
Tensor Transposed(const Tensor& codes) {
  const auto rows = static_cast<std::size_t>(codes.shape()[0]);
  const auto columns = static_cast<std::size_t>(codes.shape()[1]);
  const auto values = codes.elements<std::int8_t>();
  std::vector<std::int8_t> transposed;
  transposed.reserve(values.size());
  for (std::size_t column = 0; column < columns; ++column) {
    for (std::size_t row = 0; row < rows; ++row) {
      transposed.push_back(values[row * columns + column]);
    }
  }
  return Tensor::Of<std::int8_t>(Shape({codes.shape()[1], codes.shape()[0]}), transposed);
}

// The names of what DynamicQuantizeLinear gives.
struct DynamicCodes {
  std::string codes;
  std::string scale;
  std::string zero_point;
};

class DynamicWriter {
 public:
  DynamicWriter(const graph::Graph& source, WeightRange range)
      : source_(source), range_(range), graph_(source), builder_(graph_) {
    graph_.nodes.clear();
  }

  void Append(const graph::Node& node) { builder_.Append(node); }

  Status AppendLayer(const WeightedLayer& layer, LayerReport& report) {
    const graph::Node& node = source_.nodes[layer.node];
    const Tensor& weight = *source_.FindInitializer(layer.weight);
    Result<std::vector<float>> scales = WeightScales(weight, layer.layout, range_);
    if (!scales) return Annotate(scales.error(), "initializer \"{}\"", layer.weight);
    // A channel of zeros has codes of zero, whatever its scale.
    for (float& scale : *scales) scale = std::max(scale, kSmallestScale);
    const QuantizedWeight quantized = QuantizeWeight(weight, layer.layout, *std::move(scales));
    const DynamicCodes input = CodesOf(layer.input);
    const std::string output = node.outputs[0];
    const bool is_transposed = layer.layout.axis == 0;
    const std::string codes =
        builder_.Constant(layer.weight + "_quantized",
                          is_transposed ? Transposed(quantized.codes) : quantized.codes.Clone());
    const Shape per_channel({static_cast<std::int64_t>(quantized.scales.size())});
    const std::string weight_scale =
        builder_.Constant<float>(layer.weight + "_scale", per_channel, quantized.scales);
    const std::string zero =
        builder_.Constant<std::int8_t>(layer.weight + "_zero_point", per_channel,
                                       std::vector<std::int8_t>(quantized.scales.size()));
    const std::string sum = builder_.Node(
        "MatMulInteger", {input.codes, codes, input.zero_point, zero}, output + "_sum");
    constexpr std::int64_t kOnnxFloat = 1;
    const std::string as_float =
        builder_.Node("Cast", {sum}, output + "_float_sum", {{"to", kOnnxFloat}});
    const std::string scale = builder_.Node("Mul", {input.scale, weight_scale}, output + "_scale");
    if (layer.bias.empty()) {
      builder_.NodeFor(output, "Mul", {as_float, scale});
    } else {
      const std::string product = builder_.Node("Mul", {as_float, scale}, output + "_product");
      builder_.NodeFor(output, "Add", {product, layer.bias});
    }
    report.is_int8 = true;
    report.type = "int8";
    report.reason.clear();
    report.scale_count = quantized.scales.size();
    report.weight = quantized.change;
    return {};
  }

  graph::Graph Take() && {
    graph::RemoveUnused(graph_);
    return std::move(graph_);
  }

 private:
  static constexpr float kSmallestScale = 1e-30F;

  // Layers with the same input share its codes.
  DynamicCodes CodesOf(const std::string& input) {
    const auto known = codes_.find(input);
    if (known != codes_.end()) return known->second;
    DynamicCodes codes = {builder_.Name(input + "_quantized"), builder_.Name(input + "_scale"),
                          builder_.Name(input + "_zero_point")};
    graph::Node node;
    node.name = codes.codes + "_DynamicQuantizeLinear";
    node.op_type = "DynamicQuantizeLinear";
    node.inputs = {input};
    node.outputs = {codes.codes, codes.scale, codes.zero_point};
    builder_.Append(std::move(node));
    codes_[input] = codes;
    return codes;
  }

  const graph::Graph& source_;
  const WeightRange range_;
  graph::Graph graph_;
  GraphBuilder builder_;
  std::map<std::string, DynamicCodes> codes_;
};

}  // namespace

Result<QuantizeReport> QuantizeDynamic(graph::Model& model, const DynamicQuantizeOptions& options) {
  SLIPWAY_TRY(CheckExcluded(model.graph, options.excluded_nodes));
  SLIPWAY_TRY_ASSIGN(const std::string original, graph::SerializeModel(model));
  SLIPWAY_TRY_ASSIGN(graph::Model prepared, PrepareForQuantization(model));
  QuantizeReport report = StartReport(prepared.graph, original.size());
  report.method = "dynamic";
  report.target = ResolveTargetCpu(options.target);
  report.weight_range = options.weight_range.value_or(WeightRangeFor(report.target));
  DynamicWriter writer(prepared.graph, report.weight_range);
  for (std::size_t i = 0; i < prepared.graph.nodes.size(); ++i) {
    const graph::Node& node = prepared.graph.nodes[i];
    LayerOrReason layer = AsDynamicLayer(node, i, prepared.graph);
    if (options.excluded_nodes.contains(ReportedName(node))) {
      layer = std::unexpected("excluded by the caller");
    }
    if (layer) {
      SLIPWAY_TRY(writer.AppendLayer(*layer, report.layers[i]));
      continue;
    }
    if (report.layers[i].reason.empty()) report.layers[i].reason = layer.error();
    writer.Append(node);
  }
  if (report.quantized_layer_count() == 0) {
    report.notes.emplace_back("no layer can be quantized: the model stays as it is");
    return report;
  }
  prepared.graph = std::move(writer).Take();
  SLIPWAY_TRY_ASSIGN(const std::string quantized, graph::SerializeModel(prepared));
  report.quantized_bytes = quantized.size();
  model = std::move(prepared);
  return report;
}

}  // namespace slipway::quantize
