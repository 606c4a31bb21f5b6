// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/static_plan.h"

#include "slipway/graph/graph_index.h"
#include "slipway/optimize/quantize/internal/operator_role.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <algorithm>
#include <optional>

namespace slipway::quantize {
namespace {

using ValueSet = std::set<std::string, std::less<>>;

class Planner {
 public:
  Planner(const graph::Graph& graph, const ValueSet& excluded, bool admits_slow_kinds)
      : graph_(graph), excluded_(excluded), admits_slow_kinds_(admits_slow_kinds), index_(graph) {
    plan_.nodes.resize(graph.nodes.size());
  }

  StaticPlan Plan() && {
    for (const graph::Node& node : graph_.nodes) roles_.push_back(RoleOf(node, graph_));
    ChooseLayers();
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) FindDemandAt(i);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) DecideAt(i);
    for (const WeightedLayer& layer : plan_.layers) {
      // Made by a float32 operator, or fed by the caller.
      plan_.values.try_emplace(layer.input,
                               QuantizedValue{layer.input, /*is_produced_as_codes=*/false});
    }
    return std::move(plan_);
  }

 private:
  void ChooseLayers() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const graph::Node& node = graph_.nodes[i];
      NodeDecision& decision = plan_.nodes[i];
      if (excluded_.contains(ReportedName(node))) {
        roles_[i] = OperatorRole::kFloat;
        decision.reason = "excluded by the caller";
      }
      if (roles_[i] != OperatorRole::kWeighted) continue;
      std::expected<WeightedLayer, std::string> layer = AsWeightedLayer(node, i, graph_);
      if (!layer) {
        decision.reason = layer.error();
        continue;
      }
      decision.slow_kind = WhyMostlySlower(node, *layer, graph_);
      decision.is_int8 = decision.slow_kind.empty() || admits_slow_kinds_;
      if (decision.is_int8) {
        plan_.layers.push_back(*std::move(layer));
      } else {
        decision.reason = decision.slow_kind;
      }
    }
  }

  // Walking backwards: `demanded_` gets the values that an int8 layer reads, itself or through
  // operators that could be int8.
  void FindDemandAt(std::size_t index) {
    const graph::Node& node = graph_.nodes[index];
    switch (roles_[index]) {
      case OperatorRole::kWeighted:
        if (plan_.nodes[index].is_int8) demanded_.insert(node.inputs[0]);
        break;
      case OperatorRole::kComputing:
        if (IsDemanded(node)) demanded_.insert(node.inputs.begin(), node.inputs.end());
        break;
      case OperatorRole::kPassing:
      case OperatorRole::kActivation:
        if (IsDemanded(node)) demanded_.insert(node.inputs[0]);
        break;
      case OperatorRole::kFloat:
        break;
    }
  }

  // Walking forwards: decides for the node and says which values it produces as codes.
  void DecideAt(std::size_t index) {
    const graph::Node& node = graph_.nodes[index];
    NodeDecision& decision = plan_.nodes[index];
    switch (roles_[index]) {
      case OperatorRole::kWeighted:
        // A convolution is fused only if codes come out; a matrix product can give floats, which
        // are more precise where nobody wants codes.
        if (decision.is_int8 && (node.op_type == "Conv" || IsDemanded(node))) ProduceCodes(node);
        break;
      case OperatorRole::kComputing:
        DecideComputing(node, decision);
        break;
      case OperatorRole::kPassing:
        decision.is_int8 = IsCodes(node.inputs[0]);
        if (decision.is_int8) {
          const std::string range_of = plan_.values.find(node.inputs[0])->second.range_of;
          plan_.values[node.outputs[0]] = {range_of, /*is_produced_as_codes=*/true};
        } else {
          decision.reason = "its input is float32";
        }
        break;
      case OperatorRole::kActivation:
        if (!decision.is_int8) decision.reason = "it cannot be fused into the operator before it";
        break;
      case OperatorRole::kFloat:
        if (decision.reason.empty()) decision.reason = "no int8 form that is fast";
        break;
    }
  }

  void DecideComputing(const graph::Node& node, NodeDecision& decision) {
    const bool reads_codes =
        std::ranges::all_of(node.inputs, [&](const std::string& input) { return IsCodes(input); });
    decision.is_int8 = reads_codes && IsDemanded(node);
    if (decision.is_int8) {
      ProduceCodes(node);
    } else {
      decision.reason = reads_codes ? "no int8 layer reads what it gives" : "an input is float32";
    }
  }

  // Makes the output codes, or that of the activation that can be fused into the node: codes
  // between the two would keep the engine from fusing them.
  void ProduceCodes(const graph::Node& node) {
    std::string value = node.outputs[0];
    const std::optional<graph::ValueUse> next = index_.OnlyUseOf(value);
    if (next && roles_[next->node] == OperatorRole::kActivation) {
      plan_.nodes[next->node] = {.is_int8 = true, .reason = "part of the operator before it"};
      value = graph_.nodes[next->node].outputs[0];
    }
    plan_.values[value] = {value, /*is_produced_as_codes=*/true};
  }

  bool IsDemanded(const graph::Node& node) const { return demanded_.contains(node.outputs[0]); }
  bool IsCodes(const std::string& value) const { return plan_.values.contains(value); }

  const graph::Graph& graph_;
  const ValueSet& excluded_;
  const bool admits_slow_kinds_;
  const graph::GraphIndex index_;
  std::vector<OperatorRole> roles_;
  ValueSet demanded_;
  StaticPlan plan_;
};

}  // namespace

std::vector<std::string> StaticPlan::ValuesToCalibrate() const {
  ValueSet names;
  for (const auto& [name, value] : values) names.insert(value.range_of);
  return {names.begin(), names.end()};
}

StaticPlan PlanStaticQuantization(const graph::Graph& graph, const ValueSet& excluded,
                                  bool admits_slow_kinds) {
  return Planner(graph, excluded, admits_slow_kinds).Plan();
}

}  // namespace slipway::quantize
