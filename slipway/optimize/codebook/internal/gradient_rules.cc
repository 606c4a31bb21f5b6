// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/gradient_rules.h"

#include "slipway/base/format.h"
#include "slipway/optimize/codebook/internal/because.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace slipway::codebook {
namespace {

Derived DifferentiateReshape(GradientWriter& writer, const graph::Node& node,
                             const std::string& dy) {
  writer.Take(node.inputs[0], writer.LikeShape(dy, node.inputs[0]));
  return {};
}

Derived DifferentiateTranspose(GradientWriter& writer, const graph::Node& node,
                               const std::string& dy) {
  // Without an order, dimensions are reversed, which is its own inverse.
  const std::vector<std::int64_t> order = node.IntsAttribute("perm");
  std::vector<graph::Attribute> attributes;
  if (!order.empty()) {
    std::vector<std::int64_t> inverse(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    }
    attributes.push_back({"perm", std::move(inverse)});
  }
  writer.Take(node.inputs[0], writer.Add("Transpose", {dy}, std::move(attributes)));
  return {};
}

struct GradientRule {
  std::string_view op_type;
  Derived (*differentiate)(GradientWriter&, const graph::Node&, const std::string&);
  // Of the inputs, how many the rule has derivatives for, from the first one on.
  std::size_t inputs = 1;
};

constexpr std::array kRules = {
    GradientRule{"Add", DifferentiateArithmetic, 2},
    GradientRule{"Clip", DifferentiateElements},
    GradientRule{"Conv", DifferentiateConv, 3},
    GradientRule{"Div", DifferentiateArithmetic, 2},
    GradientRule{"Dropout", DifferentiateReshape},
    GradientRule{"Erf", DifferentiateElements},
    GradientRule{"Exp", DifferentiateElements},
    GradientRule{"Flatten", DifferentiateReshape},
    GradientRule{"Gemm", DifferentiateGemm, 3},
    GradientRule{"GlobalAveragePool", DifferentiateGlobalAveragePool},
    GradientRule{"Identity", DifferentiateReshape},
    GradientRule{"LayerNormalization", DifferentiateLayerNormalization, 3},
    GradientRule{"Log", DifferentiateElements},
    GradientRule{"MatMul", DifferentiateMatMul, 2},
    GradientRule{"MaxPool", DifferentiateMaxPool},
    GradientRule{"Mul", DifferentiateArithmetic, 2},
    GradientRule{"Neg", DifferentiateElements},
    GradientRule{"Pow", DifferentiatePow},
    GradientRule{"Reciprocal", DifferentiateElements},
    GradientRule{"ReduceMean", DifferentiateReduction},
    GradientRule{"ReduceSum", DifferentiateReduction},
    GradientRule{"Relu", DifferentiateElements},
    GradientRule{"Reshape", DifferentiateReshape},
    GradientRule{"Sigmoid", DifferentiateElements},
    GradientRule{"Softmax", DifferentiateSoftmax},
    GradientRule{"Sqrt", DifferentiateElements},
    GradientRule{"Squeeze", DifferentiateReshape},
    GradientRule{"Sub", DifferentiateArithmetic, 2},
    GradientRule{"Tanh", DifferentiateElements},
    GradientRule{"Transpose", DifferentiateTranspose},
    GradientRule{"Unsqueeze", DifferentiateReshape},
};

}  // namespace

Derived Differentiate(GradientWriter& writer, const graph::Node& node, const std::string& dy) {
  const auto rule = std::ranges::find(kRules, node.op_type, &GradientRule::op_type);
  if (!node.domain.empty() || rule == kRules.end()) {
    return Because(fmt::format("no derivative of {} is known", node.op_type));
  }
  const std::span<const std::string> inputs = node.inputs;
  if (inputs.size() > rule->inputs && writer.IsAnyActive(inputs.subspan(rule->inputs))) {
    return Because(
        fmt::format("no derivative of {} by input {} is known", node.op_type, rule->inputs));
  }
  return rule->differentiate(writer, node, dy);
}

}  // namespace slipway::codebook
