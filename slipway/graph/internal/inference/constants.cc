// SPDX-License-Identifier: Apache-2.0
// Operators whose output does not depend on the elements of their inputs, or is a shape.
#include "slipway/graph/internal/inference/rules.h"

#include <algorithm>
#include <array>

namespace slipway::graph {
namespace {

Dimensions DimensionsOf(const Shape& shape) {
  Dimensions dimensions;
  for (const std::int64_t size : shape.sizes()) dimensions.push_back(DimensionOf(size));
  return dimensions;
}

/// Notes the type and shape of one alternative of a Constant's value.
struct ConstantVisitor {
  OperatorContext& context;

  void operator()(std::int64_t value) const {
    context.SetOutput(0, DataType::kInt64, Dimensions{});
    context.output(0).elements = Dimensions{{.size = value}};
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    context.SetOutput(0, DataType::kInt64, Dimensions{DimensionOf(std::ssize(values))});
    context.output(0).elements.emplace();
    for (const std::int64_t value : values) {
      context.output(0).elements->push_back({.size = value});
    }
  }
  void operator()(const ConstantTensor& value) const {
    context.SetOutput(0, value->dtype(), DimensionsOf(value->shape()));
    context.output(0).constant = value.get();
  }
  void operator()(float) const { context.SetOutput(0, DataType::kFloat32, Dimensions{}); }
  void operator()(const std::vector<float>& values) const {
    context.SetOutput(0, DataType::kFloat32, Dimensions{DimensionOf(std::ssize(values))});
  }
  void operator()(const std::string&) const {
    context.SetOutput(0, DataType::kBytes, Dimensions{});
  }
  void operator()(const std::vector<std::string>& values) const {
    context.SetOutput(0, DataType::kBytes, Dimensions{DimensionOf(std::ssize(values))});
  }
  void operator()(const std::shared_ptr<const Graph>&) const {}
  void operator()(const Attribute::Opaque&) const {}
};

void InferConstant(OperatorContext& context) {
  if (context.output_count() == 0 || context.node().attributes.empty()) return;
  std::visit(ConstantVisitor{context}, context.node().attributes.front().value);
}

void InferConstantOfShape(OperatorContext& context) {
  DataType dtype = DataType::kFloat32;
  if (const Attribute* const attribute = context.node().FindAttribute("value")) {
    const auto* const value = std::get_if<ConstantTensor>(&attribute->value);
    if (value != nullptr) dtype = (*value)->dtype();
  }
  std::optional<Dimensions> shape = context.Elements(0);
  const Dimensions* const count = context.shape(0);
  if (!shape && count != nullptr && count->size() == 1 && (*count)[0].size &&
      *(*count)[0].size <= std::int64_t{Shape::kMaxRank}) {
    shape = UnknownDimensions(static_cast<std::size_t>(*(*count)[0].size));
  }
  context.SetOutput(0, dtype, std::move(shape));
}

void InferShapeOperator(OperatorContext& context) {
  context.SetOutput(0, DataType::kInt64, UnknownDimensions(1));
  const Dimensions* const x = context.shape(0);
  if (x == nullptr || context.output_count() == 0) return;
  const auto rank = static_cast<std::int64_t>(x->size());
  const auto place = [rank](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t start = place(context.node().IntAttribute("start", 0));
  const std::int64_t end = std::max(start, place(context.node().IntAttribute("end", rank)));
  context.SetOutput(0, DataType::kInt64, Dimensions{DimensionOf(end - start)});
  context.output(0).elements = Dimensions(x->begin() + start, x->begin() + end);
}

void InferSize(OperatorContext& context) {
  context.SetOutput(0, DataType::kInt64, Dimensions{});
  const Dimensions* const x = context.shape(0);
  if (x != nullptr && context.output_count() > 0) {
    context.output(0).elements = Dimensions{Merged(*x)};
  }
}

/// The size of a Range from `start` to `limit` in steps of one.
Dimension RangeSize(std::int64_t start, const Dimension& limit) {
  if (start == 0 && !limit.size) return limit;
  if (!limit.size || *limit.size > kLargestSize || start < -kLargestSize) return {};
  return DimensionOf(start >= *limit.size ? 0 : *limit.size - start);
}

void InferRange(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), UnknownDimensions(1));
  const auto start = context.Integers(0);
  const auto limit = context.Elements(1);
  if (!start || !limit || start->size() != 1 || limit->size() != 1) return;
  // Exporters count 0, 1, ... up to a dimension; other steps are not worth following.
  if (context.Integers(2) != std::vector<std::int64_t>{1}) return;
  context.SetOutput(0, context.dtype(0), Dimensions{RangeSize(start->front(), limit->front())});
}

void InferNonZero(OperatorContext& context) {
  const Dimensions* const x = context.shape(0);
  Dimensions shape = UnknownDimensions(2);
  if (x != nullptr) shape[0] = DimensionOf(std::ssize(*x));
  context.SetOutput(0, DataType::kInt64, std::move(shape));
}

void InferOneHot(OperatorContext& context) {
  const Dimensions* const indices = context.shape(0);
  context.SetOutput(0, context.dtype(2), std::nullopt);
  if (indices == nullptr) return;
  const std::optional<std::size_t> axis =
      AxisIndex(context.node().IntAttribute("axis", -1), indices->size() + 1);
  if (!axis) return;
  const auto depth = context.Elements(1);
  Dimensions shape = *indices;
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(*axis),
               depth && depth->size() == 1 ? depth->front() : Dimension{});
  context.SetOutput(0, context.dtype(2), std::move(shape));
}

constexpr std::array kConstantsRules = {
    OperatorRule{"Constant", InferConstant}, OperatorRule{"ConstantOfShape", InferConstantOfShape},
    OperatorRule{"NonZero", InferNonZero},   OperatorRule{"OneHot", InferOneHot},
    OperatorRule{"Range", InferRange},       OperatorRule{"Shape", InferShapeOperator},
    OperatorRule{"Size", InferSize},
};

}  // namespace

std::span<const OperatorRule> ConstantRules() { return kConstantsRules; }

}  // namespace slipway::graph
