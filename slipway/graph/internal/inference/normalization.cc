// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/inference/rules.h"

#include <array>

namespace slipway::graph {
namespace {

void InferBatchNormalization(OperatorContext& context) {
  InferSameAsInput(context);
  // Running statistics, where a training graph asks for them, are like the inputs of that name.
  constexpr std::size_t kMean = 3;
  for (std::size_t i = 1; i < context.output_count(); ++i) {
    context.SetOutput(i, context.dtype(kMean), context.shape(kMean));
  }
}

/// Outputs 1 and 2 are a mean and a deviation: the normalized dimensions become 1.
void InferLayerNormalization(OperatorContext& context) {
  InferSameAsInput(context);
  const Dimensions* const x = context.shape(0);
  if (x == nullptr) return;
  const std::optional<std::size_t> axis =
      AxisIndex(context.node().IntAttribute("axis", -1), x->size());
  if (!axis) return;
  Dimensions shape(x->begin(), x->begin() + static_cast<std::ptrdiff_t>(*axis));
  shape.resize(x->size(), DimensionOf(1));
  context.SetOutput(1, DataType::kFloat32, shape);
  context.SetOutput(2, DataType::kFloat32, std::move(shape));
}

void InferSkipLayerNormalization(OperatorContext& context) {
  constexpr std::size_t kSum = 3;
  InferSameAsInput(context);
  context.SetOutput(kSum, context.dtype(0), context.shape(0));
}

constexpr std::array kNormalizationRules = {
    OperatorRule{"BatchNormalization", InferBatchNormalization},
    OperatorRule{"GroupNormalization", InferSameAsInput},
    OperatorRule{"Hardmax", InferSameAsInput},
    OperatorRule{"InstanceNormalization", InferSameAsInput},
    OperatorRule{"LRN", InferSameAsInput},
    OperatorRule{"LayerNormalization", InferLayerNormalization},
    OperatorRule{"LogSoftmax", InferSameAsInput},
    OperatorRule{"LpNormalization", InferSameAsInput},
    OperatorRule{"MeanVarianceNormalization", InferSameAsInput},
    OperatorRule{"RMSNormalization", InferSameAsInput},
    OperatorRule{"SimplifiedLayerNormalization", InferSameAsInput},
    OperatorRule{"SkipLayerNormalization", InferSkipLayerNormalization, "com.microsoft"},
    OperatorRule{"SkipSimplifiedLayerNormalization", InferSkipLayerNormalization, "com.microsoft"},
    OperatorRule{"Softmax", InferSameAsInput},
};

}  // namespace

std::span<const OperatorRule> NormalizationRules() { return kNormalizationRules; }

}  // namespace slipway::graph
