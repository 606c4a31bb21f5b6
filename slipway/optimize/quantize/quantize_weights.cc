// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_weights.h"

#include "slipway/graph/model_file.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/optimize/quantize/internal/adaptive_rounding.h"
#include "slipway/optimize/quantize/internal/bit_packing.h"
#include "slipway/optimize/quantize/internal/folded_weight.h"
#include "slipway/optimize/quantize/internal/gptq.h"
#include "slipway/optimize/quantize/internal/graph_builder.h"
#include "slipway/optimize/quantize/internal/grids_by_inputs.h"
#include "slipway/optimize/quantize/internal/patch_vectors.h"
#include "slipway/optimize/quantize/internal/prepare.h"
#include "slipway/optimize/quantize/internal/report_start.h"
#include "slipway/optimize/quantize/internal/value_extremes.h"
#include "slipway/optimize/quantize/internal/weight_only_layer.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::array kRoundingNames = {
    std::pair<WeightRounding, std::string_view>{WeightRounding::kNearest, "nearest"},
    std::pair<WeightRounding, std::string_view>{WeightRounding::kHqq, "hqq"},
    std::pair<WeightRounding, std::string_view>{WeightRounding::kGptq, "gptq"},
    std::pair<WeightRounding, std::string_view>{WeightRounding::kAdaRound, "adaround"}};

// What the nodes themselves take in a file, about; less is not worth it.
constexpr std::size_t kKernelBytes = 400;
constexpr std::size_t kFoldedBytes = 1500;

bool NeedsInputs(WeightRounding rounding) {
  return rounding == WeightRounding::kGptq || rounding == WeightRounding::kAdaRound;
}

// MatMulNBits has kernels for bits that divide a byte. Measured: with 2 bits and blocks of 16 or
// 256 it takes a hundred times as long as float32.
bool UsesKernel(const WeightOnlyLayer& layer, const BlockFormat& format) {
  constexpr std::size_t kSmallestFast = 32;
  constexpr std::size_t kLargestFast = 128;
  const std::size_t block_size = FitToDepth(format, layer.depth).block_size;
  const bool is_fast =
      format.bits != 2 || (block_size >= kSmallestFast && block_size <= kLargestFast);
  return layer.has_kernel && format.bits != 3 && is_fast;
}

// Blocks of one size that leave the last one of a row nearly full. Only the engine's kernels ask
// for a power of two.
BlockFormat Balanced(BlockFormat format, std::size_t depth) {
  const std::size_t blocks = (depth + format.block_size - 1) / format.block_size;
  format.block_size = (depth + blocks - 1) / blocks;
  return format;
}

class WeightQuantization {
 public:
  WeightQuantization(const graph::Model& model, const WeightOnlyOptions& options)
      : source_(model), options_(options) {}

  // Decides what is quantized and says in `report` what is not.
  Status ChooseLayers(QuantizeReport& report) {
    const graph::Graph& graph = source_.graph;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const graph::Node& node = graph.nodes[i];
      const auto layer = AsWeightOnlyLayer(node, i, graph);
      std::string reason = layer ? "" : layer.error();
      if (options_.excluded_nodes.contains(ReportedName(node))) reason = "excluded by the caller";
      if (reason.empty()) {
        SLIPWAY_TRY(CheckFinite(*layer));
        if (IsWorthIt(*layer)) {
          layers_.push_back(*layer);
          continue;
        }
        reason = "too small to gain from it";
      }
      if (report.layers[i].reason.empty()) report.layers[i].reason = std::move(reason);
    }
    return {};
  }

  bool HasLayers() const { return !layers_.empty(); }

  Status Round(MomentsSource* moments) {
    if (moments != nullptr && options_.rounding != WeightRounding::kNearest) {
      SLIPWAY_TRY(RoundByInputs(*moments));
    } else if (NeedsInputs(options_.rounding)) {
      return InvalidArgument("rounding {} looks at a layer's inputs: it needs calibration data",
                             WeightRoundingName(options_.rounding));
    }
    const GridSearch search = options_.rounding == WeightRounding::kNearest
                                  ? GridSearch::kRange
                                  : GridSearch::kHalfQuadratic;
    for (const WeightOnlyLayer& layer : layers_) {
      if (rounded_.contains(layer.node)) continue;
      rounded_[layer.node] =
          RoundToGrids(WeightsOf(layer, source_.graph), FormatFor(layer), search);
    }
    return {};
  }

  graph::Model Write(QuantizeReport& report) const {
    graph::Model model = source_;
    GraphBuilder builder(model.graph);
    FoldedWeightWriter folded(builder);
    model.graph.nodes.clear();
    auto layer = layers_.begin();
    for (std::size_t i = 0; i < source_.graph.nodes.size(); ++i) {
      graph::Node node = source_.graph.nodes[i];
      if (layer == layers_.end() || layer->node != i) {
        builder.Append(std::move(node));
        continue;
      }
      const BlockWeights& weights = rounded_.at(i);
      Report(*layer, report.layers[i]);
      if (UsesKernel(*layer, options_.format)) {
        AppendKernel(*layer, weights, std::move(node), builder);
        model.opsets.try_emplace("com.microsoft", 1);
      } else {
        node.inputs[1] =
            folded.Write(weights, {.name = layer->weight,
                                   .shape = source_.graph.FindInitializer(layer->weight)->shape(),
                                   .is_transposed = layer->is_transposed});
        builder.Append(std::move(node));
      }
      ++layer;
    }
    graph::RemoveUnused(model.graph);
    return model;
  }

 private:
  Status CheckFinite(const WeightOnlyLayer& layer) const {
    const auto weights = source_.graph.FindInitializer(layer.weight)->elements<float>();
    const std::size_t broken = FirstNonFinite(weights);
    if (broken == weights.size()) return {};
    return InvalidArgument("initializer \"{}\": weight {} at index {} is not finite", layer.weight,
                           weights[broken], broken);
  }

  BlockFormat FormatFor(const WeightOnlyLayer& layer) const {
    return UsesKernel(layer, options_.format) ? FitToDepth(options_.format, layer.depth)
                                              : Balanced(options_.format, layer.depth);
  }

  bool IsWorthIt(const WeightOnlyLayer& layer) const {
    const BlockFormat format = FormatFor(layer);
    const std::size_t blocks = (layer.depth + format.block_size - 1) / format.block_size;
    const std::size_t grids = layer.channels * blocks;
    constexpr std::size_t kByteBits = 8;
    const std::size_t after = grids * (format.block_size * format.bits / kByteBits + sizeof(float) +
                                       sizeof(std::uint8_t));
    const std::size_t before = layer.channels * layer.depth * sizeof(float);
    const std::size_t nodes = UsesKernel(layer, options_.format) ? kKernelBytes : kFoldedBytes;
    return after + nodes < before;
  }

  Status RoundByInputs(MomentsSource& moments) {
    std::vector<VectorValue> values;
    for (const WeightOnlyLayer& layer : layers_) {
      const std::optional<VectorValue> input = VectorsOf(layer);
      if (input && std::ranges::find(values, *input) == values.end()) values.push_back(*input);
    }
    return moments.ForEach(
        source_, values, [&](const VectorValue& value, const SecondMoments& second) -> Status {
          for (const WeightOnlyLayer& layer : layers_) {
            if (VectorsOf(layer) != value) continue;
            Result<BlockWeights> rounded = RoundBy(second, layer);
            if (!rounded) return Annotate(rounded.error(), "layer that reads \"{}\"", value.value);
            rounded_[layer.node] = *std::move(rounded);
          }
          return {};
        });
  }

  Result<BlockWeights> RoundBy(const SecondMoments& moments, const WeightOnlyLayer& layer) const {
    const WeightMatrix matrix = WeightsOf(layer, source_.graph);
    const BlockFormat format = FormatFor(layer);
    if (options_.rounding == WeightRounding::kHqq) {
      return RoundToGridsByInputs(matrix, format, moments);
    }
    return options_.rounding == WeightRounding::kAdaRound ? RoundAdaptively(matrix, format, moments)
                                                          : RoundByGptq(matrix, format, moments);
  }

  // What the layer's weights are multiplied by; nothing if that cannot be looked at.
  std::optional<VectorValue> VectorsOf(const WeightOnlyLayer& layer) const {
    const graph::Node& node = source_.graph.nodes[layer.node];
    const std::string& input = node.inputs[0];
    if (source_.graph.HasInitializer(input)) return std::nullopt;
    if (layer.is_product) {
      if (node.IntAttribute("transA", 0) != 0) return std::nullopt;
      return VectorValue{.value = input, .depth = layer.depth};
    }
    const Shape& weight = source_.graph.FindInitializer(layer.weight)->shape();
    const std::optional<PatchGeometry> patches = PatchGeometryOf(node, weight);
    if (!patches) return std::nullopt;
    return VectorValue{.value = input, .depth = layer.depth, .patches = patches};
  }

  void Report(const WeightOnlyLayer& layer, LayerReport& report) const {
    const BlockWeights& weights = rounded_.at(layer.node);
    report.type = fmt::format("int{} weights", weights.format.bits);
    report.scale_count = weights.grids.size();
    report.weight =
        evaluate::ChangeOf(WeightsOf(layer, source_.graph).weights, weights.Dequantize().weights);
    if (!UsesKernel(layer, options_.format)) report.reason = "expanded when the model is loaded";
  }

  void AppendKernel(const WeightOnlyLayer& layer, const BlockWeights& weights, graph::Node node,
                    GraphBuilder& builder) const {
    const auto channels = static_cast<std::int64_t>(layer.channels);
    const auto blocks = static_cast<std::int64_t>(weights.blocks());
    const auto bits = static_cast<std::int64_t>(weights.format.bits);
    const auto block_size = static_cast<std::int64_t>(weights.format.block_size);
    constexpr std::int64_t kByteBits = 8;
    const std::string codes = builder.Constant<std::uint8_t>(
        layer.weight + "_codes", Shape({channels, blocks, block_size * bits / kByteBits}),
        PackBits(weights.codes, weights.format.bits));
    std::vector<float> scales;
    std::vector<std::uint8_t> zero_points;
    for (std::size_t channel = 0; channel < layer.channels; ++channel) {
      std::vector<std::uint8_t> row;
      for (std::size_t block = 0; block < weights.blocks(); ++block) {
        const BlockGrid& grid = weights.grids[channel * weights.blocks() + block];
        scales.push_back(grid.scale);
        row.push_back(grid.zero_point);
      }
      // Each row begins with a byte of its own.
      std::ranges::copy(PackBits(row, weights.format.bits), std::back_inserter(zero_points));
    }
    const std::string scale =
        builder.Constant<float>(layer.weight + "_scales", Shape({channels * blocks}), scales);
    const std::string zeros = builder.Constant<std::uint8_t>(
        layer.weight + "_zero_points", Shape({static_cast<std::int64_t>(zero_points.size())}),
        zero_points);
    constexpr std::size_t kBias = 2;
    const bool has_bias = node.inputs.size() > kBias && !node.inputs[kBias].empty();
    std::vector<std::string> inputs = {node.inputs[0], codes, scale, zeros};
    if (has_bias) inputs.insert(inputs.end(), {"", node.inputs[kBias]});
    // What the engine calls its levels: 1 computes in float32, 4 in int8.
    const std::int64_t accuracy_level = options_.int8_products ? 4 : 1;
    node.op_type = "MatMulNBits";
    node.domain = "com.microsoft";
    node.inputs = std::move(inputs);
    node.attributes = {{"K", static_cast<std::int64_t>(layer.depth)},
                       {"N", channels},
                       {"bits", bits},
                       {"block_size", block_size},
                       {"accuracy_level", accuracy_level}};
    builder.Append(std::move(node));
  }

  const graph::Model& source_;
  const WeightOnlyOptions& options_;
  std::vector<WeightOnlyLayer> layers_;
  std::map<std::size_t, BlockWeights> rounded_;  // By node.
};

}  // namespace

std::string_view WeightRoundingName(WeightRounding rounding) {
  for (const auto& [known, name] : kRoundingNames) {
    if (known == rounding) return name;
  }
  return "";
}

Result<WeightRounding> ParseWeightRounding(std::string_view name) {
  for (const auto& [rounding, known] : kRoundingNames) {
    if (known == name) return rounding;
  }
  return InvalidArgument("unknown rounding \"{}\": it is nearest, hqq, gptq or adaround", name);
}

Result<QuantizeReport> QuantizeWeightsOnly(graph::Model& model, MomentsSource* moments,
                                           const WeightOnlyOptions& options) {
  SLIPWAY_TRY(CheckBlockFormat(options.format));
  SLIPWAY_TRY(CheckExcluded(model.graph, options.excluded_nodes));
  SLIPWAY_TRY_ASSIGN(const std::string original, graph::SerializeModel(model));
  SLIPWAY_TRY_ASSIGN(const graph::Model prepared, PrepareForQuantization(model));
  QuantizeReport report = StartReport(prepared.graph, original.size());
  report.method = "weight-only";
  report.target = ResolveTargetCpu(TargetCpu::kThisMachine);
  WeightQuantization quantization(prepared, options);
  SLIPWAY_TRY(quantization.ChooseLayers(report));
  if (!quantization.HasLayers()) {
    report.notes.emplace_back("no layer can be quantized: the model stays as it is");
    return report;
  }
  SLIPWAY_TRY(quantization.Round(moments));
  graph::Model quantized = quantization.Write(report);
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(quantized));
  report.quantized_bytes = bytes.size();
  model = std::move(quantized);
  return report;
}

}  // namespace slipway::quantize
