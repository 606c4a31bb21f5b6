// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/format.h"
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/codebook/internal/gradient_rules.h"
#include "slipway/optimize/codebook/internal/onnx_numbers.h"

#include <utility>
#include <variant>

namespace slipway::codebook {
namespace {

// The derivative by what a mean is taken of: each number counts one part of all that come to one
// number of the output.
std::string ShareOut(GradientWriter& writer, const graph::Node& node, const std::string& dx) {
  const std::string count = writer.Add(
      "Div", {writer.Add("Size", {node.inputs[0]}), writer.Add("Size", {node.outputs[0]})});
  return writer.Add("Div", {dx, writer.ToFloat(count)});
}

std::string ExpandLike(GradientWriter& writer, const std::string& value, const std::string& like) {
  return writer.Add("Expand", {value, writer.Add("Shape", {like})});
}

// With `axes` of size 1 where a reduction took them away.
std::string PutBack(GradientWriter& writer, const std::string& value,
                    const std::vector<std::int64_t>& axes) {
  if (writer.opset() >= kAxesAsInputOpset) {
    return writer.Add("Unsqueeze", {value, writer.Sizes(axes)});
  }
  return writer.Add("Unsqueeze", {value}, {{"axes", axes}});
}

// [the product of the dimensions before `axis`, that of the others].
std::string AsRows(GradientWriter& writer, const std::string& value, std::int64_t axis) {
  return writer.Add("Flatten", {value}, {{"axis", axis}});
}

// [rows, 1].
std::string MeanOfRows(GradientWriter& writer, const std::string& rows) {
  const std::string sum = writer.SumOver(rows, {1}, true);
  const std::string count =
      writer.Add("Div", {writer.Add("Size", {rows}), writer.Add("Size", {sum})});
  return writer.Add("Div", {sum, writer.ToFloat(count)});
}

}  // namespace

Derived DifferentiateReduction(GradientWriter& writer, const graph::Node& node,
                               const std::string& dy) {
  constexpr std::size_t kAxes = 1;
  std::vector<std::int64_t> axes = node.IntsAttribute("axes");
  if (node.inputs.size() > kAxes && !node.inputs[kAxes].empty()) {
    auto constant = writer.ConstantInput(node, kAxes);
    if (!constant) {
      return Because(
          fmt::format("no derivative is known of a {} over axes that are computed", node.op_type));
    }
    axes = *std::move(constant);
  }
  if (axes.empty() && node.IntAttribute("noop_with_empty_axes", 0) != 0) {
    writer.Take(node.inputs[0], dy);
    return {};
  }
  // Without axes it is one number, which has the rank of the input or none: both expand.
  const bool keeps = node.IntAttribute("keepdims", 1) != 0 || axes.empty();
  const std::string dx = ExpandLike(writer, keeps ? dy : PutBack(writer, dy, axes), node.inputs[0]);
  writer.Take(node.inputs[0], node.op_type == "ReduceMean" ? ShareOut(writer, node, dx) : dx);
  return {};
}

Derived DifferentiateGlobalAveragePool(GradientWriter& writer, const graph::Node& node,
                                       const std::string& dy) {
  writer.Take(node.inputs[0], ShareOut(writer, node, ExpandLike(writer, dy, node.inputs[0])));
  return {};
}

Derived DifferentiateSoftmax(GradientWriter& writer, const graph::Node& node,
                             const std::string& dy) {
  // Until then all dimensions from the axis on were one.
  constexpr std::int64_t kOneAxisOpset = 13;
  const std::string& y = node.outputs[0];
  const bool is_of_rows = writer.opset() < kOneAxisOpset;
  const std::int64_t axis = node.IntAttribute("axis", is_of_rows ? 1 : -1);
  const std::string product = writer.Add("Mul", {dy, y});
  // dx = y · (dy - Σ dy · y)
  std::string dx;
  if (is_of_rows) {
    const std::string rows = AsRows(writer, product, axis);
    const std::string sum = writer.SumOver(rows, {1}, true);
    const std::string removed = writer.Add("Mul", {AsRows(writer, y, axis), sum});
    dx = writer.LikeShape(writer.Add("Sub", {rows, removed}), y);
  } else {
    const std::string sum = writer.SumOver(product, {axis}, true);
    dx = writer.Add("Sub", {product, writer.Add("Mul", {y, sum})});
  }
  writer.Take(node.inputs[0], dx);
  return {};
}

Derived DifferentiateLayerNormalization(GradientWriter& writer, const graph::Node& node,
                                        const std::string& dy) {
  constexpr std::size_t kBias = 2;
  constexpr float kDefaultEpsilon = 1e-5F;
  const std::string& x = node.inputs[0];
  const std::string& scale = node.inputs[1];
  const std::int64_t axis = node.IntAttribute("axis", -1);
  const graph::Attribute* const given = node.FindAttribute("epsilon");
  const float epsilon = given == nullptr ? kDefaultEpsilon : std::get<float>(given->value);
  if (node.inputs.size() > kBias) writer.TakeBroadcast(node.inputs[kBias], dy, writer.RankOf(x));
  // What it computes, once more: normal = (x - mean) / deviation, in rows.
  const std::string rows = AsRows(writer, x, axis);
  const std::string off = writer.Add("Sub", {rows, MeanOfRows(writer, rows)});
  const std::string variance = MeanOfRows(writer, writer.Add("Mul", {off, off}));
  const std::string deviation =
      writer.Add("Sqrt", {writer.Add("Add", {variance, writer.Number(epsilon)})});
  const std::string normal = writer.Add("Div", {off, deviation});
  if (writer.IsActive(scale)) {
    const std::string by_scale = writer.Add("Mul", {dy, writer.LikeShape(normal, x)});
    writer.TakeBroadcast(scale, by_scale, writer.RankOf(x));
  }
  if (!writer.IsActive(x)) return {};
  // By `normal`; then what changes the mean or the deviation of a row is taken out.
  const std::string slope = AsRows(writer, writer.Add("Mul", {dy, scale}), axis);
  const std::string along = MeanOfRows(writer, writer.Add("Mul", {slope, normal}));
  const std::string level =
      writer.Add("Add", {MeanOfRows(writer, slope), writer.Add("Mul", {normal, along})});
  const std::string dx = writer.Add("Div", {writer.Add("Sub", {slope, level}), deviation});
  writer.Take(x, writer.LikeShape(dx, x));
  return {};
}

}  // namespace slipway::codebook
