// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/free_constants.h"

#include "slipway/graph/graph_index.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway::codebook {
namespace {

constexpr std::array<std::string_view, 8> kLearned = {
    "Add", "Conv", "Div", "Gemm", "LayerNormalization", "MatMul", "Mul", "Sub"};

}  // namespace

std::vector<FreeConstant> FindFreeConstants(
    const graph::Graph& graph, const std::set<std::string, std::less<>>& taken,
    const std::set<std::string, std::less<>>& excluded_nodes) {
  const graph::GraphIndex uses(graph);
  const auto reads_learned = [&](const graph::ValueUse& use) {
    const graph::Node& node = graph.nodes[use.node];
    return use.input && node.domain.empty() && std::ranges::count(kLearned, node.op_type) > 0 &&
           !excluded_nodes.contains(quantize::ReportedName(node));
  };
  std::vector<FreeConstant> found;
  for (const auto& [name, constant] : graph.initializers) {
    if (constant->dtype() != DataType::kFloat32 || constant->shape().element_count() < 2) continue;
    if (taken.contains(name) || uses.IsOutput(name)) continue;
    const auto of_constant = uses.UsesOf(name);
    if (of_constant.empty() || !std::ranges::all_of(of_constant, reads_learned)) continue;
    const auto values = constant->elements<float>();
    found.push_back({.name = name, .values = {values.begin(), values.end()}});
  }
  return found;
}

}  // namespace slipway::codebook
