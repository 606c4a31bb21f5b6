// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_static.h"

#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/internal/pooling_order.h"
#include "slipway/optimize/quantize/internal/prepare.h"
#include "slipway/optimize/quantize/internal/qdq_writer.h"
#include "slipway/optimize/quantize/internal/static_plan.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

namespace slipway::quantize {
namespace {

bool HasSubgraph(const graph::Node& node) {
  return std::ranges::any_of(node.attributes, [](const graph::Attribute& attribute) {
    return std::holds_alternative<std::shared_ptr<const graph::Graph>>(attribute.value);
  });
}

LayerReport ReportOf(const graph::Node& node, const NodeDecision& decision) {
  LayerReport report;
  report.name = node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
  report.op_type = node.op_type;
  report.is_int8 = decision.is_int8;
  report.reason = decision.reason;
  if (HasSubgraph(node)) report.reason = "its subgraph is not quantized";
  return report;
}

Status CheckExcluded(const graph::Graph& graph, const StaticQuantizeOptions& options) {
  for (const std::string& name : options.excluded_nodes) {
    if (std::ranges::find(graph.nodes, name, &graph::Node::name) == graph.nodes.end()) {
      return InvalidArgument("no node of the model is called \"{}\": nothing to exclude", name);
    }
  }
  return {};
}

QuantizeReport ReportOf(const graph::Graph& graph, const StaticPlan& plan) {
  QuantizeReport report;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    report.layers.push_back(ReportOf(graph.nodes[i], plan.nodes[i]));
  }
  const auto subgraphs = std::ranges::count_if(graph.nodes, HasSubgraph);
  if (subgraphs > 0) {
    report.notes.push_back(
        fmt::format("{} operators with subgraphs stay float32, whatever is in them", subgraphs));
  }
  return report;
}

}  // namespace

Result<QuantizeReport> QuantizeStatic(graph::Model& model, Calibrator& calibrator,
                                      const StaticQuantizeOptions& options) {
  SLIPWAY_TRY(CheckExcluded(model.graph, options));
  SLIPWAY_TRY_ASSIGN(const std::string original, graph::SerializeModel(model));
  SLIPWAY_TRY_ASSIGN(graph::Model prepared, PrepareForQuantization(model));
  StaticPlan plan = PlanStaticQuantization(prepared.graph, options.excluded_nodes);
  if (PoolBeforeActivations(prepared.graph, plan) > 0) {
    plan = PlanStaticQuantization(prepared.graph, options.excluded_nodes);
  }
  QuantizeReport report = ReportOf(prepared.graph, plan);
  report.target = ResolveTargetCpu(options.target);
  report.weight_range = options.weight_range.value_or(WeightRangeFor(report.target));
  report.float_bytes = original.size();
  report.quantized_bytes = original.size();
  if (plan.layers.empty()) {
    report.notes.emplace_back("no layer can be quantized: the model stays as it is");
    return report;
  }
  SLIPWAY_TRY_ASSIGN(const RangesByValue ranges,
                     calibrator.Ranges(prepared, plan.ValuesToCalibrate()));
  SLIPWAY_TRY_ASSIGN(QdqGraph qdq, WriteQdq(prepared.graph, plan, ranges, report.weight_range));
  for (const auto& [node, outcome] : qdq.weights) {
    report.layers[node].scale_count = outcome.scale_count;
    report.layers[node].weight_snr_db = outcome.snr_db;
  }
  prepared.graph = std::move(qdq.graph);
  SLIPWAY_TRY_ASSIGN(const std::string quantized, graph::SerializeModel(prepared));
  report.quantized_bytes = quantized.size();
  model = std::move(prepared);
  return report;
}

}  // namespace slipway::quantize
