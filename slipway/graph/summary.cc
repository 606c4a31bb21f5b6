// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/summary.h"

#include "slipway/graph/internal/multiplications.h"
#include "slipway/graph/internal/weight_attribution.h"
#include "slipway/graph/shape_inference.h"

#include <algorithm>

namespace slipway::graph {
namespace {

std::string FullName(const Node& node) {
  return node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
}

/// Visits every node of `graph` and of the graphs in it.
void ForEachNode(const Graph& graph, bool is_main, const auto& visit) {
  for (const Node& node : graph.nodes) {
    visit(node, is_main);
    for (const Attribute& attribute : node.attributes) {
      const auto* const body = std::get_if<std::shared_ptr<const Graph>>(&attribute.value);
      if (body != nullptr) ForEachNode(**body, false, visit);
    }
  }
}

LayerSummary SummarizeLayer(const Node& node, const WeightCount& weights,
                            const ValueTable& values) {
  LayerSummary layer{.name = node.name,
                     .op_type = FullName(node),
                     .parameters = weights.parameters,
                     .weight_bytes = weights.bytes};
  if (node.outputs.empty()) return layer;
  if (layer.name.empty()) layer.name = node.outputs.front();
  const auto found = values.find(node.outputs.front());
  if (found != values.end()) layer.output_shape = found->second.shape;
  return layer;
}

void CountOperators(const Model& model, ModelSummary& summary) {
  ForEachNode(model.graph, true, [&summary](const Node& node, bool is_main) {
    ++summary.operators[FullName(node)];
    if (!is_main && HasMultiplications(node)) summary.macs_are_all = false;
  });
}

void SummarizeLayers(const Model& model, const ValueTable& values, ModelSummary& summary) {
  const WeightAttribution weights = AttributeWeights(model.graph);
  const ValueTable values_of_one = InferValues(model, {.batch = 1});
  summary.parameters = weights.total.parameters;
  summary.weight_bytes = weights.total.bytes;
  for (std::size_t i = 0; i < model.graph.nodes.size(); ++i) {
    if (weights.is_constant[i]) continue;
    const Node& node = model.graph.nodes[i];
    LayerSummary layer = SummarizeLayer(node, weights.nodes[i], values);
    layer.macs = MultiplicationsOf(node, values_of_one);
    if (!layer.macs || __builtin_add_overflow(summary.macs, *layer.macs, &summary.macs)) {
      summary.macs_are_all = false;
    }
    summary.layers.push_back(std::move(layer));
  }
}

}  // namespace

ModelSummary SummarizeModel(const Model& model) {
  const ValueTable values = InferValues(model);
  ModelSummary summary{.inputs = model.graph.inputs, .outputs = model.graph.outputs};
  for (ValueInfo& output : summary.outputs) {
    const auto found = values.find(output.name);
    if (found == values.end()) continue;
    output.dtype = found->second.dtype;
    output.shape = found->second.shape;
  }
  CountOperators(model, summary);
  SummarizeLayers(model, values, summary);
  return summary;
}

}  // namespace slipway::graph
