// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_static.h"

#include "slipway/base/format.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/internal/channel_rescaling.h"
#include "slipway/optimize/quantize/internal/pooling_order.h"
#include "slipway/optimize/quantize/internal/prepare.h"
#include "slipway/optimize/quantize/internal/qdq_writer.h"
#include "slipway/optimize/quantize/internal/qoperator_rewriter.h"
#include "slipway/optimize/quantize/internal/report_start.h"
#include "slipway/optimize/quantize/internal/static_plan.h"
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

// Scaling by what is not finite would spread it.
Status CheckWeightsFinite(const graph::Graph& graph) {
  for (const auto& [name, tensor] : graph.initializers) {
    if (tensor->dtype() != DataType::kFloat32) continue;
    const auto values = tensor->elements<float>();
    const std::size_t broken = FirstNonFinite(values);
    if (broken == values.size()) continue;
    return InvalidArgument("initializer \"{}\": {} at index {} is not finite", name, values[broken],
                           broken);
  }
  return {};
}

QuantizeReport ReportOf(const graph::Graph& graph, const StaticPlan& plan,
                        std::size_t float_bytes) {
  QuantizeReport report = StartReport(graph, float_bytes);
  report.method = "static";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    LayerReport& layer = report.layers[i];
    layer.is_int8 = plan.nodes[i].is_int8;
    if (layer.is_int8) layer.type = "int8";
    if (layer.reason.empty()) layer.reason = plan.nodes[i].reason;
    layer.slow_kind = plan.nodes[i].slow_kind;
  }
  return report;
}

// What never varies gets a range that holds nothing else.
void NoteConstantValues(const RangesByValue& ranges, QuantizeReport& report) {
  for (const auto& [name, range] : ranges) {
    if (range.min != range.max) continue;
    report.notes.push_back(
        fmt::format("value \"{}\" is {} everywhere on the calibration data: on other data the "
                    "result is wrong if it varies",
                    name, range.min));
  }
}

// The kernels for two uint8 widen them before they add products up: nothing saturates.
WeightRange RangeFor(const StaticQuantizeOptions& options, TargetCpu target) {
  if (options.format.weights == DataType::kUint8) return WeightRange::kFull;
  return options.weight_range.value_or(WeightRangeFor(target));
}

// Returns of how many values the channels were scaled.
Result<std::size_t> Equalize(graph::Model& model, Calibrator& calibrator,
                             Equalization equalization) {
  if (equalization == Equalization::kNone) return 0;
  SLIPWAY_TRY(CheckWeightsFinite(model.graph));
  if (equalization == Equalization::kWeights) return EqualizeWeights(model.graph);
  std::vector<ChannelValue> values;
  for (const ScalableValue& value : FindScalableValues(model.graph)) {
    values.push_back({value.value, value.is_last});
  }
  if (values.empty()) return 0;
  SLIPWAY_TRY_ASSIGN(const ChannelStatistics channels, calibrator.Channels(model, values));
  return SmoothActivations(model.graph, channels.largest);
}

}  // namespace

std::string_view EqualizationName(Equalization equalization) {
  switch (equalization) {
    case Equalization::kNone:
      return "none";
    case Equalization::kWeights:
      return "weights";
    case Equalization::kActivations:
      return "activations";
  }
  return "";
}

Result<QuantizeReport> QuantizeStatic(graph::Model& model, Calibrator& calibrator,
                                      const StaticQuantizeOptions& options) {
  SLIPWAY_TRY(CheckIntegerFormat(options.format));
  SLIPWAY_TRY(CheckExcluded(model.graph, options.excluded_nodes));
  SLIPWAY_TRY_ASSIGN(const std::string original, graph::SerializeModel(model));
  SLIPWAY_TRY_ASSIGN(graph::Model prepared, PrepareForQuantization(model));
  SLIPWAY_TRY_ASSIGN(const std::size_t equalized,
                     Equalize(prepared, calibrator, options.equalization));
  StaticPlan plan =
      PlanStaticQuantization(prepared.graph, options.excluded_nodes, options.admits_slow_kinds);
  if (PoolBeforeActivations(prepared.graph, plan) > 0) {
    plan =
        PlanStaticQuantization(prepared.graph, options.excluded_nodes, options.admits_slow_kinds);
  }
  QuantizeReport report = ReportOf(prepared.graph, plan, original.size());
  report.target = ResolveTargetCpu(options.target);
  report.weight_range = RangeFor(options, report.target);
  if (options.equalization != Equalization::kNone) {
    report.notes.push_back(fmt::format("channels of {} values between layers equalized by {}",
                                       equalized, EqualizationName(options.equalization)));
  }
  if (plan.layers.empty()) {
    report.notes.emplace_back("no layer can be quantized: the model stays as it is");
    return report;
  }
  SLIPWAY_TRY_ASSIGN(const RangesByValue ranges,
                     calibrator.Ranges(prepared, plan.ValuesToCalibrate()));
  NoteConstantValues(ranges, report);
  QdqOptions qdq_options = {.format = options.format, .weight_range = report.weight_range};
  if (options.bias_correction) {
    SLIPWAY_TRY_ASSIGN(ChannelStatistics channels,
                       calibrator.Channels(prepared, ValuesToCorrectBy(prepared.graph, plan)));
    qdq_options.means = std::move(channels.means);
  }
  SLIPWAY_TRY_ASSIGN(QdqGraph qdq, WriteQdq(prepared.graph, plan, ranges, qdq_options));
  for (auto& [node, outcome] : qdq.weights) {
    report.layers[node].scale_count = outcome.scale_count;
    report.layers[node].weight = std::move(outcome.change);
  }
  prepared.graph = std::move(qdq.graph);
  if (options.form == IntegerForm::kQOperator) {
    RewriteAsQOperators(prepared);
    if (options.format.activations == DataType::kInt8) {
      report.notes.emplace_back(
          "int8 activations in QOperator form are slow on x86: QDQ form, or uint8, is faster");
    }
  }
  SLIPWAY_TRY_ASSIGN(const std::string quantized, graph::SerializeModel(prepared));
  report.quantized_bytes = quantized.size();
  model = std::move(prepared);
  return report;
}

}  // namespace slipway::quantize
