// SPDX-License-Identifier: Apache-2.0
// Follows the small integer tensors by which a model computes shapes. Their elements are numbers or
// names of dimensions.
#include "slipway/graph/internal/inference/rules.h"

#include <algorithm>
#include <array>

namespace slipway::graph {
namespace {

using Fold = std::optional<Dimensions> (*)(const OperatorContext&);

std::optional<Dimensions> FoldSame(const OperatorContext& context) { return context.Elements(0); }

std::optional<Dimensions> FoldConcat(const OperatorContext& context) {
  Dimensions joined;
  for (std::size_t i = 0; i < context.input_count(); ++i) {
    const std::optional<Dimensions> part = context.Elements(i);
    if (!part) return std::nullopt;
    joined.insert(joined.end(), part->begin(), part->end());
  }
  return joined;
}

std::optional<Dimensions> FoldGather(const OperatorContext& context) {
  const std::optional<Dimensions> data = context.Elements(0);
  const auto indices = context.Integers(1);
  if (!data || !indices) return std::nullopt;
  Dimensions picked;
  for (const std::int64_t index : *indices) {
    const std::optional<std::size_t> place = AxisIndex(index, data->size());
    if (!place) return std::nullopt;
    picked.push_back((*data)[*place]);
  }
  return picked;
}

/// Slices in steps of one, as exporters write them.
std::optional<Dimensions> FoldSlice(const OperatorContext& context) {
  const std::optional<Dimensions> data = context.Elements(0);
  const auto starts = context.IntegersFrom("starts", 1);
  const auto ends = context.IntegersFrom("ends", 2);
  const auto steps = context.IntegersFrom("steps", 4);
  if (!data || !starts || !ends || starts->size() != 1 || ends->size() != 1) return std::nullopt;
  if (!steps || (!steps->empty() && steps->front() != 1)) return std::nullopt;
  const std::int64_t size = std::ssize(*data);
  const auto place = [size](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const std::int64_t first = place(starts->front());
  const std::int64_t last = std::max(first, place(ends->front()));
  return Dimensions(data->begin() + first, data->begin() + last);
}

/// `a` and `b` at `index`, one of which may be a single element for all.
std::pair<Dimension, Dimension> PairAt(const Dimensions& a, const Dimensions& b,
                                       std::size_t index) {
  return {a.size() == 1 ? a.front() : a[index], b.size() == 1 ? b.front() : b[index]};
}

/// Applies `combine` to the elements of the first two inputs, pair by pair.
std::optional<Dimensions> FoldPairs(const OperatorContext& context, auto combine) {
  const std::optional<Dimensions> a = context.Elements(0);
  const std::optional<Dimensions> b = context.Elements(1);
  if (!a || !b) return std::nullopt;
  if (a->size() != b->size() && a->size() != 1 && b->size() != 1) return std::nullopt;
  const std::size_t count = a->empty() || b->empty() ? 0 : std::max(a->size(), b->size());
  Dimensions results;
  for (std::size_t i = 0; i < count; ++i) {
    const auto [left, right] = PairAt(*a, *b, i);
    results.push_back(combine(left, right));
  }
  return results;
}

/// The result of arithmetic; unlike a size it may be negative.
Dimension ElementOf(std::optional<std::int64_t> value) { return {.size = value}; }

std::optional<Dimensions> FoldAdd(const OperatorContext& context) {
  return FoldPairs(context, [](const Dimension& a, const Dimension& b) {
    if (a.size == 0) return b;
    if (b.size == 0) return a;
    return a.size && b.size ? ElementOf(CheckedAdd(*a.size, *b.size)) : Dimension{};
  });
}

std::optional<Dimensions> FoldSubtract(const OperatorContext& context) {
  return FoldPairs(context, [](const Dimension& a, const Dimension& b) {
    if (b.size == 0) return a;
    std::int64_t difference = 0;
    if (!a.size || !b.size || __builtin_sub_overflow(*a.size, *b.size, &difference)) {
      return Dimension{};
    }
    return ElementOf(difference);
  });
}

std::optional<Dimensions> FoldMultiply(const OperatorContext& context) {
  return FoldPairs(context, [](const Dimension& a, const Dimension& b) {
    if (a.size == 1) return b;
    if (b.size == 1) return a;
    return a.size && b.size ? ElementOf(CheckedMultiply(*a.size, *b.size)) : Dimension{};
  });
}

std::optional<Dimensions> FoldDivide(const OperatorContext& context) {
  return FoldPairs(context, [](const Dimension& a, const Dimension& b) {
    if (b.size == 1) return a;
    // Below zero, rounding would matter.
    const bool can_divide = a.size && b.size && *a.size >= 0 && *b.size > 0;
    return can_divide ? ElementOf(*a.size / *b.size) : Dimension{};
  });
}

/// 1 where the elements are the same, 0 where they are not, unknown where names meet numbers that
/// they may stand for.
std::optional<Dimensions> FoldEqual(const OperatorContext& context) {
  return FoldPairs(context, [](const Dimension& a, const Dimension& b) {
    if (a.size && b.size) return ElementOf(*a.size == *b.size ? 1 : 0);
    // A name stands for a size, and no size is negative.
    const bool differ = a.size.value_or(0) < 0 || b.size.value_or(0) < 0;
    return differ ? ElementOf(0) : Dimension{};
  });
}

std::optional<Dimensions> FoldWhere(const OperatorContext& context) {
  const auto condition = context.Integers(0);
  const std::optional<Dimensions> yes = context.Elements(1);
  const std::optional<Dimensions> no = context.Elements(2);
  if (!condition || !yes || !no || yes->empty() || no->empty()) return std::nullopt;
  const auto fits = [&](const Dimensions& part) {
    return part.size() == 1 || part.size() == condition->size();
  };
  if (!fits(*yes) || !fits(*no)) return std::nullopt;
  Dimensions results;
  for (std::size_t i = 0; i < condition->size(); ++i) {
    const auto [left, right] = PairAt(*yes, *no, i);
    results.push_back((*condition)[i] != 0 ? left : right);
  }
  return results;
}

std::optional<Dimensions> FoldProduct(const OperatorContext& context) {
  const std::optional<Dimensions> elements = context.Elements(0);
  if (!elements) return std::nullopt;
  return Dimensions{Merged(*elements)};
}

/// The elements of a constant that repeats one integer.
std::optional<Dimensions> FoldConstantOfShape(const OperatorContext& context) {
  const auto shape = context.Integers(0);
  if (!shape || shape->size() != 1 || shape->front() < 0 || shape->front() > 64) {
    return std::nullopt;
  }
  const Attribute* const attribute = context.node().FindAttribute("value");
  if (attribute == nullptr) return std::nullopt;
  const auto* const value = std::get_if<ConstantTensor>(&attribute->value);
  if (value == nullptr || (*value)->dtype() != DataType::kInt64) return std::nullopt;
  const auto elements = (*value)->elements<std::int64_t>();
  if (elements.size() != 1) return std::nullopt;
  return Dimensions(static_cast<std::size_t>(shape->front()), Dimension{.size = elements.front()});
}

struct FoldRule {
  std::string_view op_type;
  Fold fold;
};

constexpr std::array kFolds = {
    FoldRule{"Add", FoldAdd},        FoldRule{"Cast", FoldSame},
    FoldRule{"Concat", FoldConcat},  FoldRule{"ConstantOfShape", FoldConstantOfShape},
    FoldRule{"Div", FoldDivide},     FoldRule{"Equal", FoldEqual},
    FoldRule{"Gather", FoldGather},  FoldRule{"Identity", FoldSame},
    FoldRule{"Mul", FoldMultiply},   FoldRule{"ReduceProd", FoldProduct},
    FoldRule{"Reshape", FoldSame},   FoldRule{"Slice", FoldSlice},
    FoldRule{"Squeeze", FoldSame},   FoldRule{"Sub", FoldSubtract},
    FoldRule{"Unsqueeze", FoldSame}, FoldRule{"Where", FoldWhere},
};

}  // namespace

void FoldElements(OperatorContext& context) {
  if (!context.node().domain.empty() || context.output_count() == 0) return;
  const InferredValue& output = context.output(0);
  const bool is_integer = output.dtype == DataType::kInt64 || output.dtype == DataType::kInt32 ||
                          output.dtype == DataType::kBool;
  if (!is_integer || !output.shape || output.shape->size() > 1) return;
  const auto* const rule = std::ranges::find(kFolds, context.node().op_type, &FoldRule::op_type);
  if (rule == kFolds.end()) return;
  std::optional<Dimensions> elements = rule->fold(context);
  // A fold that disagrees with the inferred shape has met a model that contradicts itself.
  const std::int64_t count = output.shape->empty() ? 1 : output.shape->front().size.value_or(-1);
  if (elements && std::ssize(*elements) == count) context.output(0).elements = std::move(elements);
}

}  // namespace slipway::graph
