// SPDX-License-Identifier: Apache-2.0
// Operators that join, cut, pick from, or surround what they get.
#include "slipway/graph/internal/inference/rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace slipway::graph {
namespace {

/// The sum of two sizes; nothing if one is unknown.
Dimension Sum(const Dimension& a, const Dimension& b) {
  if (!a.size || !b.size) return {};
  return DimensionOf(CheckedAdd(*a.size, *b.size));
}

/// The shape of the inputs at `first`, `first + step`, ... joined along `axis`.
std::optional<Dimensions> JoinedShape(const OperatorContext& context, std::size_t first,
                                      std::size_t step) {
  std::optional<Dimensions> joined;
  for (std::size_t i = first; i < context.input_count(); i += step) {
    const Dimensions* const shape = context.shape(i);
    if (shape == nullptr) return std::nullopt;
    if (!joined) {
      joined = *shape;
      continue;
    }
    const std::optional<std::size_t> axis =
        AxisIndex(context.node().IntAttribute("axis", 1), shape->size());
    if (!axis || shape->size() != joined->size()) return std::nullopt;
    for (std::size_t d = 0; d < shape->size(); ++d) {
      Dimension& size = (*joined)[d];
      if (d == *axis) {
        size = Sum(size, (*shape)[d]);
      } else if (!size.size && (*shape)[d].size) {
        size = (*shape)[d];
      }
    }
  }
  return joined;
}

void InferConcat(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), JoinedShape(context, 0, 1));
}

void InferQLinearConcat(OperatorContext& context) {
  // Scale and zero point of the result, then tensor, scale and zero point of each part.
  context.SetOutput(0, context.dtype(2), JoinedShape(context, 2, 3));
}

/// The sizes of the parts that a Split makes of `size`; nothing if they are not known.
std::optional<std::vector<std::int64_t>> PartSizes(const OperatorContext& context,
                                                   const Dimension& size) {
  const auto parts = static_cast<std::int64_t>(context.output_count());
  const auto given = context.IntegersFrom("split", 1);
  if (!given) return std::nullopt;
  if (!given->empty()) return std::ssize(*given) == parts ? given : std::nullopt;
  if (!size.size || parts == 0) return std::nullopt;
  // All but the last are alike; the last takes what is left.
  const std::int64_t each = *size.size / parts + (*size.size % parts == 0 ? 0 : 1);
  std::vector<std::int64_t> sizes(context.output_count(), each);
  sizes.back() = *size.size - each * (parts - 1);
  return sizes;
}

void InferSplit(OperatorContext& context) {
  const Dimensions* const x = context.shape(0);
  for (std::size_t i = 0; i < context.output_count(); ++i) {
    context.SetOutput(i, context.dtype(0), std::nullopt);
  }
  if (x == nullptr) return;
  const std::optional<std::size_t> axis =
      AxisIndex(context.node().IntAttribute("axis", 0), x->size());
  if (!axis) return;
  const auto sizes = PartSizes(context, (*x)[*axis]);
  for (std::size_t i = 0; i < context.output_count(); ++i) {
    Dimensions shape = *x;
    shape[*axis] = sizes ? DimensionOf((*sizes)[i]) : Dimension{};
    context.SetOutput(i, context.dtype(0), std::move(shape));
  }
}

/// How many elements a slice takes out of `size`. (ONNX, Slice)
Dimension SlicedSize(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  if (step == 0 || step == std::numeric_limits<std::int64_t>::min()) return {};
  const auto from_front = [size](std::int64_t place) { return place < 0 ? place + size : place; };
  const std::int64_t first = step > 0 ? std::clamp<std::int64_t>(from_front(start), 0, size)
                                      : std::clamp<std::int64_t>(from_front(start), -1, size - 1);
  const std::int64_t last = step > 0 ? std::clamp<std::int64_t>(from_front(end), 0, size)
                                     : std::clamp<std::int64_t>(from_front(end), -1, size - 1);
  const std::int64_t distance = step > 0 ? last - first : first - last;
  const std::int64_t stride = step > 0 ? step : -step;
  if (distance <= 0) return DimensionOf(0);
  return DimensionOf((distance - 1) / stride + 1);
}

/// The shape of a slice; nothing if an axis is not there. What is not known leaves its dimension
/// unknown.
std::optional<Dimensions> SlicedShape(const OperatorContext& context, const Dimensions& x,
                                      const std::vector<std::int64_t>& axes) {
  const auto starts = context.IntegersFrom("starts", 1);
  const auto ends = context.IntegersFrom("ends", 2);
  const auto steps = context.IntegersFrom("steps", 4);
  Dimensions shape = x;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::optional<std::size_t> axis = AxisIndex(axes[i], x.size());
    if (!axis) return std::nullopt;
    const bool is_known = starts && ends && steps && i < starts->size() && i < ends->size() &&
                          (steps->empty() || i < steps->size()) && x[*axis].size;
    shape[*axis] = is_known ? SlicedSize(*x[*axis].size, (*starts)[i], (*ends)[i],
                                         steps->empty() ? 1 : (*steps)[i])
                            : Dimension{};
  }
  return shape;
}

void InferSlice(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const x = context.shape(0);
  if (x == nullptr) return;
  context.SetOutput(0, context.dtype(0), UnknownDimensions(x->size()));
  auto axes = context.IntegersFrom("axes", 3);
  if (!axes) return;
  if (axes->empty()) {
    const auto starts = context.IntegersFrom("starts", 1);
    if (!starts) return;
    for (std::size_t i = 0; i < starts->size(); ++i) axes->push_back(std::int64_t(i));
  }
  context.SetOutput(0, context.dtype(0), SlicedShape(context, *x, *axes));
}

void InferGather(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const data = context.shape(0);
  const Dimensions* const indices = context.shape(1);
  if (data == nullptr || indices == nullptr) return;
  const std::optional<std::size_t> axis =
      AxisIndex(context.node().IntAttribute("axis", 0), data->size());
  if (!axis) return;
  const auto place = data->begin() + static_cast<std::ptrdiff_t>(*axis);
  Dimensions shape(data->begin(), place);
  shape.insert(shape.end(), indices->begin(), indices->end());
  shape.insert(shape.end(), place + 1, data->end());
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

void InferGatherElements(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), context.shape(1));
}

void InferGatherNd(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const data = context.shape(0);
  const Dimensions* const indices = context.shape(1);
  if (data == nullptr || indices == nullptr || indices->empty() || !indices->back().size) return;
  const std::int64_t batch = context.node().IntAttribute("batch_dims", 0);
  const std::int64_t depth = *indices->back().size;
  if (batch < 0 || batch + depth > std::ssize(*data)) return;
  Dimensions shape(indices->begin(), indices->end() - 1);
  shape.insert(shape.end(), data->begin() + batch + depth, data->end());
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

/// The axes that a Pad's `pads` are about.
std::optional<std::vector<std::int64_t>> PaddedAxes(const OperatorContext& context,
                                                    std::size_t rank) {
  auto axes = context.IntegersFrom("axes", 3);
  if (axes && axes->empty()) {
    for (std::size_t i = 0; i < rank; ++i) axes->push_back(static_cast<std::int64_t>(i));
  }
  return axes;
}

void InferPad(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const x = context.shape(0);
  if (x == nullptr) return;
  context.SetOutput(0, context.dtype(0), UnknownDimensions(x->size()));
  const auto pads = context.IntegersFrom("pads", 1);
  const auto axes = PaddedAxes(context, x->size());
  if (!pads || !axes || pads->size() != 2 * axes->size()) return;
  Dimensions shape = *x;
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const std::optional<std::size_t> axis = AxisIndex((*axes)[i], x->size());
    const auto total = CheckedAdd((*pads)[i], (*pads)[i + axes->size()]);
    if (!axis || !total) return;
    if (*total == 0) continue;
    Dimension& size = shape[*axis];
    size = size.size ? DimensionOf(CheckedAdd(*size.size, *total)) : Dimension{};
  }
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

/// A size times a scale; unknown where floats could not say it exactly.
Dimension Scaled(const Dimension& size, float scale) {
  if (scale == 1.0F) return size;
  if (!size.size || !(scale > 0.0F) || scale > 1e6F || *size.size > (1 << 24)) return {};
  return DimensionOf(static_cast<std::int64_t>(std::floor(static_cast<float>(*size.size) * scale)));
}

std::vector<float> ScalesOf(const OperatorContext& context, std::size_t input) {
  const Tensor* const scales = context.input(input).constant;
  if (scales != nullptr && scales->dtype() == DataType::kFloat32) {
    const auto elements = scales->elements<float>();
    return {elements.begin(), elements.end()};
  }
  const Attribute* const attribute = context.node().FindAttribute("scales");
  if (attribute == nullptr) return {};
  const auto* const values = std::get_if<std::vector<float>>(&attribute->value);
  return values == nullptr ? std::vector<float>() : *values;
}

void InferResize(OperatorContext& context) {
  constexpr std::int64_t kFirstOpsetWithRegions = 11;
  const Dimensions* const x = context.shape(0);
  context.SetOutput(0, context.dtype(0), std::nullopt);
  if (x == nullptr) return;
  Dimensions shape = UnknownDimensions(x->size());
  const bool is_plain = context.node().FindAttribute("axes") == nullptr &&
                        context.StringAttribute("keep_aspect_ratio_policy", "stretch") == "stretch";
  const auto sizes = context.Elements(3);
  const bool has_regions =
      context.opset() >= kFirstOpsetWithRegions && context.node().op_type == "Resize";
  const std::vector<float> scales = ScalesOf(context, has_regions ? 2 : 1);
  for (std::size_t i = 0; is_plain && i < shape.size(); ++i) {
    if (sizes && sizes->size() == shape.size()) shape[i] = (*sizes)[i];
    if (scales.size() == shape.size()) shape[i] = Scaled((*x)[i], scales[i]);
  }
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

constexpr std::array kSelectionRules = {
    OperatorRule{"Concat", InferConcat},
    OperatorRule{"Gather", InferGather},
    OperatorRule{"GatherElements", InferGatherElements},
    OperatorRule{"GatherND", InferGatherNd},
    OperatorRule{"Pad", InferPad},
    OperatorRule{"QLinearConcat", InferQLinearConcat, "com.microsoft"},
    OperatorRule{"Resize", InferResize},
    OperatorRule{"Slice", InferSlice},
    OperatorRule{"Split", InferSplit},
    OperatorRule{"Upsample", InferResize},
};

}  // namespace

std::span<const OperatorRule> SelectionRules() { return kSelectionRules; }

}  // namespace slipway::graph
