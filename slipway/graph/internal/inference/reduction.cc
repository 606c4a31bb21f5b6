// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/inference/rules.h"

#include <array>
#include <set>

namespace slipway::graph {
namespace {

/// `shape` with the dimensions at `axes` made 1 or left out; nothing if an axis is not there.
std::optional<Dimensions> ReducedShape(const Dimensions& shape,
                                       const std::vector<std::int64_t>& axes, bool keep) {
  std::set<std::size_t> reduced;
  for (const std::int64_t axis : axes) {
    const std::optional<std::size_t> index = AxisIndex(axis, shape.size());
    if (!index) return std::nullopt;
    reduced.insert(*index);
  }
  Dimensions result;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!reduced.contains(i)) {
      result.push_back(shape[i]);
    } else if (keep) {
      result.push_back(DimensionOf(1));
    }
  }
  return result;
}

void InferReduction(OperatorContext& context) {
  const Node& node = context.node();
  const Dimensions* const x = context.shape(0);
  const bool keep = node.IntAttribute("keepdims", 1) != 0;
  const auto axes = context.IntegersFrom("axes", 1);
  context.SetOutput(0, context.dtype(0), std::nullopt);
  if (x == nullptr) return;
  if (!axes) {
    if (keep) context.SetOutput(0, context.dtype(0), UnknownDimensions(x->size()));
  } else if (!axes->empty()) {
    context.SetOutput(0, context.dtype(0), ReducedShape(*x, *axes, keep));
  } else if (node.IntAttribute("noop_with_empty_axes", 0) != 0) {
    InferSameAsInput(context);
  } else {
    context.SetOutput(0, context.dtype(0), Dimensions(keep ? x->size() : 0, DimensionOf(1)));
  }
}

void InferArgument(OperatorContext& context) {
  const Node& node = context.node();
  const Dimensions* const x = context.shape(0);
  context.SetOutput(0, DataType::kInt64, std::nullopt);
  if (x == nullptr) return;
  context.SetOutput(
      0, DataType::kInt64,
      ReducedShape(*x, {node.IntAttribute("axis", 0)}, node.IntAttribute("keepdims", 1) != 0));
}

void InferTopK(OperatorContext& context) {
  const Node& node = context.node();
  const Dimensions* const x = context.shape(0);
  context.SetOutput(0, context.dtype(0), std::nullopt);
  context.SetOutput(1, DataType::kInt64, std::nullopt);
  if (x == nullptr) return;
  const std::optional<std::size_t> axis = AxisIndex(node.IntAttribute("axis", -1), x->size());
  if (!axis) return;
  Dimensions shape = *x;
  shape[*axis] = DimensionOf(node.IntAttribute("k", -1));
  if (const auto count = context.Elements(1); count && count->size() == 1) {
    shape[*axis] = count->front();
  }
  context.SetOutput(0, context.dtype(0), shape);
  context.SetOutput(1, DataType::kInt64, std::move(shape));
}

constexpr std::array kReductionRules = {
    OperatorRule{"ArgMax", InferArgument},
    OperatorRule{"ArgMin", InferArgument},
    OperatorRule{"ReduceL1", InferReduction},
    OperatorRule{"ReduceL2", InferReduction},
    OperatorRule{"ReduceLogSum", InferReduction},
    OperatorRule{"ReduceLogSumExp", InferReduction},
    OperatorRule{"ReduceMax", InferReduction},
    OperatorRule{"ReduceMean", InferReduction},
    OperatorRule{"ReduceMin", InferReduction},
    OperatorRule{"ReduceProd", InferReduction},
    OperatorRule{"ReduceSum", InferReduction},
    OperatorRule{"ReduceSumSquare", InferReduction},
    OperatorRule{"TopK", InferTopK},
};

}  // namespace

std::span<const OperatorRule> ReductionRules() { return kReductionRules; }

}  // namespace slipway::graph
