// SPDX-License-Identifier: Apache-2.0
// Operators between real and integer values, and those that ONNX Runtime runs on integers alone.
#include "slipway/graph/internal/inference/rules.h"
#include "slipway/graph/internal/tensor_codec.h"

#include <array>

namespace slipway::graph {
namespace {

constexpr std::size_t kScale = 1;
constexpr std::size_t kZeroPoint = 2;

/// The type that `output_dtype` asks for, if it does.
std::optional<DataType> RequestedType(const OperatorContext& context) {
  const std::int64_t type = context.node().IntAttribute("output_dtype", 0);
  if (type <= 0 || type > onnx::TensorProto::DataType_MAX) return std::nullopt;
  return DataTypeFromOnnx(static_cast<std::int32_t>(type));
}

void InferQuantizeLinear(OperatorContext& context) {
  std::optional<DataType> dtype = DataType::kUint8;
  if (const auto requested = RequestedType(context)) dtype = requested;
  if (context.HasInput(kZeroPoint)) dtype = context.dtype(kZeroPoint);
  context.SetOutput(0, dtype, context.shape(0));
}

void InferDequantizeLinear(OperatorContext& context) {
  std::optional<DataType> dtype = context.dtype(kScale);
  if (const auto requested = RequestedType(context)) dtype = requested;
  context.SetOutput(0, dtype, context.shape(0));
}

void InferDynamicQuantizeLinear(OperatorContext& context) {
  context.SetOutput(0, DataType::kUint8, context.shape(0));
  context.SetOutput(1, DataType::kFloat32, Dimensions{});
  context.SetOutput(2, DataType::kUint8, Dimensions{});
}

void InferQLinearBinary(OperatorContext& context) {
  constexpr std::size_t kRight = 3;
  const Dimensions* const a = context.shape(0);
  const Dimensions* const b = context.shape(kRight);
  context.SetOutput(0, context.dtype(0), std::nullopt);
  if (a != nullptr && b != nullptr) context.SetOutput(0, context.dtype(0), Broadcast(*a, *b));
}

constexpr std::array kQuantizationRules = {
    OperatorRule{"DequantizeLinear", InferDequantizeLinear},
    OperatorRule{"DequantizeLinear", InferDequantizeLinear, "com.microsoft"},
    OperatorRule{"DynamicQuantizeLinear", InferDynamicQuantizeLinear},
    OperatorRule{"QLinearAdd", InferQLinearBinary, "com.microsoft"},
    OperatorRule{"QLinearLeakyRelu", InferSameAsInput, "com.microsoft"},
    OperatorRule{"QLinearMul", InferQLinearBinary, "com.microsoft"},
    OperatorRule{"QLinearSigmoid", InferSameAsInput, "com.microsoft"},
    OperatorRule{"QLinearSoftmax", InferSameAsInput, "com.microsoft"},
    OperatorRule{"QuantizeLinear", InferQuantizeLinear},
    OperatorRule{"QuantizeLinear", InferQuantizeLinear, "com.microsoft"},
};

}  // namespace

std::span<const OperatorRule> QuantizationRules() { return kQuantizationRules; }

}  // namespace slipway::graph
