// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/report_start.h"

#include <algorithm>

namespace slipway::quantize {
namespace {

LayerReport StartLayer(const graph::Node& node) {
  LayerReport layer;
  layer.name = ReportedName(node);
  layer.op_type = node.op_type;
  if (node.HasSubgraph()) layer.reason = "its subgraph is not quantized";
  return layer;
}

}  // namespace

QuantizeReport StartReport(const graph::Graph& graph, std::size_t float_bytes) {
  QuantizeReport report;
  report.float_bytes = float_bytes;
  report.quantized_bytes = float_bytes;
  for (const graph::Node& node : graph.nodes) report.layers.push_back(StartLayer(node));
  const auto subgraphs = std::ranges::count_if(graph.nodes, &graph::Node::HasSubgraph);
  if (subgraphs > 0) {
    report.notes.push_back(
        fmt::format("{} operators with subgraphs stay float32, whatever is in them", subgraphs));
  }
  return report;
}

Status CheckExcluded(const graph::Graph& graph, const std::set<std::string, std::less<>>& names) {
  for (const std::string& name : names) {
    if (std::ranges::find(graph.nodes, name, ReportedName) == graph.nodes.end()) {
      return InvalidArgument("no node of the model is called \"{}\": nothing to exclude", name);
    }
  }
  return {};
}

}  // namespace slipway::quantize
