// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/format.h"
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/codebook/internal/gradient_rules.h"

#include <cmath>
#include <numbers>

namespace slipway::codebook {

Derived DifferentiateArithmetic(GradientWriter& writer, const graph::Node& node,
                                const std::string& dy) {
  const std::string& a = node.inputs[0];
  const std::string& b = node.inputs[1];
  const std::string& y = node.outputs[0];
  const std::string& op = node.op_type;
  const auto rank = writer.RankOf(y);
  if (writer.IsActive(a)) {
    const bool is_sum = op == "Add" || op == "Sub";
    writer.TakeBroadcast(a, is_sum ? dy : writer.Add(op, {dy, b}), rank);
  }
  if (writer.IsActive(b)) {
    std::string db = dy;
    if (op == "Sub") db = writer.Add("Neg", {dy});
    if (op == "Mul") db = writer.Add("Mul", {dy, a});
    // y = a / b, so dy/db = -a / b² = -y / b.
    if (op == "Div") db = writer.Add("Neg", {writer.Add("Div", {writer.Add("Mul", {dy, y}), b})});
    writer.TakeBroadcast(b, db, rank);
  }
  return {};
}

Derived DifferentiatePow(GradientWriter& writer, const graph::Node& node, const std::string& dy) {
  const std::string& x = node.inputs[0];
  // The exponent may be an integer.
  const std::string exponent = writer.ToFloat(node.inputs[1]);
  const std::string less = writer.Add("Sub", {exponent, writer.Number(1)});
  const std::string slope = writer.Add("Mul", {exponent, writer.Add("Pow", {x, less})});
  writer.TakeBroadcast(x, writer.Add("Mul", {dy, slope}), writer.RankOf(node.outputs[0]));
  return {};
}

Derived DifferentiateElements(GradientWriter& writer, const graph::Node& node,
                              const std::string& dy) {
  const std::string& x = node.inputs[0];
  const std::string& y = node.outputs[0];
  const std::string& op = node.op_type;
  const auto times = [&](const std::string& slope) { return writer.Add("Mul", {dy, slope}); };
  std::string dx;
  if (op == "Relu") {
    dx = times(writer.ToFloat(writer.Add("Greater", {y, writer.Number(0)})));
  } else if (op == "Clip") {
    dx = times(writer.ToFloat(writer.Add("Equal", {x, y})));
  } else if (op == "Sigmoid") {
    dx = times(writer.Add("Mul", {y, writer.Add("Sub", {writer.Number(1), y})}));
  } else if (op == "Tanh") {
    dx = times(writer.Add("Sub", {writer.Number(1), writer.Add("Mul", {y, y})}));
  } else if (op == "Exp") {
    dx = times(y);
  } else if (op == "Log") {
    dx = writer.Add("Div", {dy, x});
  } else if (op == "Neg") {
    dx = writer.Add("Neg", {dy});
  } else if (op == "Sqrt") {
    dx = writer.Add("Div", {dy, writer.Add("Add", {y, y})});
  } else if (op == "Reciprocal") {
    dx = writer.Add("Neg", {times(writer.Add("Mul", {y, y}))});
  } else if (op == "Erf") {
    constexpr auto kFactor = static_cast<float>(2 * std::numbers::inv_sqrtpi);
    const std::string power = writer.Add("Neg", {writer.Add("Mul", {x, x})});
    dx = times(writer.Add("Mul", {writer.Add("Exp", {power}), writer.Number(kFactor)}));
  } else {
    return Because(fmt::format("no derivative of {} is known", op));
  }
  writer.Take(x, dx);
  return {};
}

}  // namespace slipway::codebook
