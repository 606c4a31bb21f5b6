// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/inference/rules.h"
#include "slipway/graph/internal/tensor_codec.h"

#include <array>
#include <limits>

namespace slipway::graph {
namespace {

/// The shape of all inputs, stretched to one another.
std::optional<Dimensions> BroadcastInputs(const OperatorContext& context) {
  const Dimensions* const first = context.shape(0);
  if (first == nullptr) return std::nullopt;
  // Before operator set 7, `broadcast` stretched the second input to the first.
  if (context.node().FindAttribute("broadcast") != nullptr) return *first;
  Dimensions shape = *first;
  for (std::size_t i = 1; i < context.input_count(); ++i) {
    const Dimensions* const next = context.shape(i);
    if (next == nullptr) return std::nullopt;
    shape = Broadcast(shape, *next);
  }
  return shape;
}

void InferArithmetic(OperatorContext& context) {
  const std::optional<DataType> dtype = context.dtype(0) ? context.dtype(0) : context.dtype(1);
  context.SetOutput(0, dtype, BroadcastInputs(context));
}

void InferComparison(OperatorContext& context) {
  context.SetOutput(0, DataType::kBool, BroadcastInputs(context));
}

void InferPredicate(OperatorContext& context) {
  context.SetOutput(0, DataType::kBool, context.shape(0));
}

void InferWhere(OperatorContext& context) {
  const std::optional<DataType> dtype = context.dtype(1) ? context.dtype(1) : context.dtype(2);
  context.SetOutput(0, dtype, BroadcastInputs(context));
}

void InferCast(OperatorContext& context) {
  const std::int64_t to = context.node().IntAttribute("to", 0);
  const bool is_type = to > 0 && to <= std::numeric_limits<std::int32_t>::max();
  context.SetOutput(0, is_type ? DataTypeFromOnnx(static_cast<std::int32_t>(to)) : std::nullopt,
                    context.shape(0));
}

void InferCastLike(OperatorContext& context) {
  context.SetOutput(0, context.dtype(1), context.shape(0));
}

void InferDropout(OperatorContext& context) {
  constexpr std::int64_t kFirstOpsetWithBoolMask = 10;
  InferSameAsInput(context);
  const bool is_bool = context.opset() >= kFirstOpsetWithBoolMask;
  context.SetOutput(1, is_bool ? DataType::kBool : context.dtype(0), context.shape(0));
}

constexpr std::array kElementwiseRules = {
    OperatorRule{"Abs", InferSameAsInput},
    OperatorRule{"Acos", InferSameAsInput},
    OperatorRule{"Acosh", InferSameAsInput},
    OperatorRule{"Add", InferArithmetic},
    OperatorRule{"And", InferComparison},
    OperatorRule{"Asin", InferSameAsInput},
    OperatorRule{"Asinh", InferSameAsInput},
    OperatorRule{"Atan", InferSameAsInput},
    OperatorRule{"Atanh", InferSameAsInput},
    OperatorRule{"BiasGelu", InferSameAsInput, "com.microsoft"},
    OperatorRule{"BitShift", InferArithmetic},
    OperatorRule{"BitwiseAnd", InferArithmetic},
    OperatorRule{"BitwiseNot", InferSameAsInput},
    OperatorRule{"BitwiseOr", InferArithmetic},
    OperatorRule{"BitwiseXor", InferArithmetic},
    OperatorRule{"Cast", InferCast},
    OperatorRule{"CastLike", InferCastLike},
    OperatorRule{"Ceil", InferSameAsInput},
    OperatorRule{"Celu", InferSameAsInput},
    OperatorRule{"Clip", InferSameAsInput},
    OperatorRule{"Cos", InferSameAsInput},
    OperatorRule{"Cosh", InferSameAsInput},
    OperatorRule{"CumSum", InferSameAsInput},
    OperatorRule{"Div", InferArithmetic},
    OperatorRule{"Dropout", InferDropout},
    OperatorRule{"Elu", InferSameAsInput},
    OperatorRule{"Equal", InferComparison},
    OperatorRule{"Erf", InferSameAsInput},
    OperatorRule{"Exp", InferSameAsInput},
    OperatorRule{"FastGelu", InferSameAsInput, "com.microsoft"},
    OperatorRule{"Floor", InferSameAsInput},
    OperatorRule{"Gelu", InferSameAsInput},
    OperatorRule{"Gelu", InferSameAsInput, "com.microsoft"},
    OperatorRule{"Greater", InferComparison},
    OperatorRule{"GreaterOrEqual", InferComparison},
    OperatorRule{"HardSigmoid", InferSameAsInput},
    OperatorRule{"HardSwish", InferSameAsInput},
    OperatorRule{"Identity", InferSameAsInput},
    OperatorRule{"IsInf", InferPredicate},
    OperatorRule{"IsNaN", InferPredicate},
    OperatorRule{"LeakyRelu", InferSameAsInput},
    OperatorRule{"Less", InferComparison},
    OperatorRule{"LessOrEqual", InferComparison},
    OperatorRule{"Log", InferSameAsInput},
    OperatorRule{"Max", InferArithmetic},
    OperatorRule{"Mean", InferArithmetic},
    OperatorRule{"Min", InferArithmetic},
    OperatorRule{"Mish", InferSameAsInput},
    OperatorRule{"Mod", InferArithmetic},
    OperatorRule{"Mul", InferArithmetic},
    OperatorRule{"Neg", InferSameAsInput},
    OperatorRule{"Not", InferPredicate},
    OperatorRule{"Or", InferComparison},
    OperatorRule{"PRelu", InferSameAsInput},
    OperatorRule{"Pow", InferArithmetic},
    OperatorRule{"QuickGelu", InferSameAsInput, "com.microsoft"},
    OperatorRule{"Reciprocal", InferSameAsInput},
    OperatorRule{"Relu", InferSameAsInput},
    OperatorRule{"Round", InferSameAsInput},
    OperatorRule{"Scatter", InferSameAsInput},
    OperatorRule{"ScatterElements", InferSameAsInput},
    OperatorRule{"ScatterND", InferSameAsInput},
    OperatorRule{"Selu", InferSameAsInput},
    OperatorRule{"Shrink", InferSameAsInput},
    OperatorRule{"Sigmoid", InferSameAsInput},
    OperatorRule{"Sign", InferSameAsInput},
    OperatorRule{"Sin", InferSameAsInput},
    OperatorRule{"Sinh", InferSameAsInput},
    OperatorRule{"Softplus", InferSameAsInput},
    OperatorRule{"Softsign", InferSameAsInput},
    OperatorRule{"Sqrt", InferSameAsInput},
    OperatorRule{"Sub", InferArithmetic},
    OperatorRule{"Sum", InferArithmetic},
    OperatorRule{"Swish", InferSameAsInput},
    OperatorRule{"Tan", InferSameAsInput},
    OperatorRule{"Tanh", InferSameAsInput},
    OperatorRule{"ThresholdedRelu", InferSameAsInput},
    OperatorRule{"Trilu", InferSameAsInput},
    OperatorRule{"Where", InferWhere},
    OperatorRule{"Xor", InferComparison},
};

}  // namespace

void InferSameAsInput(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), context.shape(0));
}

std::span<const OperatorRule> ElementwiseRules() { return kElementwiseRules; }

}  // namespace slipway::graph
