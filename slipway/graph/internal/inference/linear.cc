// SPDX-License-Identifier: Apache-2.0
// Matrix products.
#include "slipway/graph/internal/inference/rules.h"

#include <array>
#include <utility>

namespace slipway::graph {
namespace {

/// The shape of `a` times `b` as NumPy's matmul has it: a vector counts as a row on the left and as
/// a column on the right, and leading dimensions are stretched.
std::optional<Dimensions> ProductShape(const Dimensions* a, const Dimensions* b) {
  if (a == nullptr || b == nullptr || a->empty() || b->empty()) return std::nullopt;
  const auto leading = [](const Dimensions& shape) {
    return Dimensions(shape.begin(), shape.end() - std::min<std::ptrdiff_t>(2, std::ssize(shape)));
  };
  Dimensions shape = Broadcast(leading(*a), leading(*b));
  if (a->size() > 1) shape.push_back((*a)[a->size() - 2]);
  if (b->size() > 1) shape.push_back(b->back());
  return shape;
}

/// The shape of input `index` with its last two dimensions swapped if `attribute` says so.
std::optional<Dimensions> MaybeTransposed(const OperatorContext& context, std::size_t index,
                                          std::string_view attribute) {
  const Dimensions* const shape = context.shape(index);
  if (shape == nullptr) return std::nullopt;
  Dimensions result = *shape;
  if (context.node().IntAttribute(attribute, 0) != 0 && result.size() >= 2) {
    std::swap(result[result.size() - 1], result[result.size() - 2]);
  }
  return result;
}

std::optional<Dimensions> TransposedProductShape(const OperatorContext& context, std::size_t a,
                                                 std::size_t b) {
  const std::optional<Dimensions> left = MaybeTransposed(context, a, "transA");
  const std::optional<Dimensions> right = MaybeTransposed(context, b, "transB");
  return ProductShape(left ? &*left : nullptr, right ? &*right : nullptr);
}

void InferMatMul(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), ProductShape(context.shape(0), context.shape(1)));
}

void InferMatMulInteger(OperatorContext& context) {
  context.SetOutput(0, DataType::kInt32, ProductShape(context.shape(0), context.shape(1)));
}

void InferMatMulIntegerToFloat(OperatorContext& context) {
  constexpr std::size_t kScale = 2;
  context.SetOutput(0, context.dtype(kScale), ProductShape(context.shape(0), context.shape(1)));
}

void InferQLinearMatMul(OperatorContext& context) {
  constexpr std::size_t kRight = 3;
  constexpr std::size_t kOutputZeroPoint = 7;
  context.SetOutput(0, context.dtype(kOutputZeroPoint),
                    ProductShape(context.shape(0), context.shape(kRight)));
}

void InferGemm(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), TransposedProductShape(context, 0, 1));
}

void InferQGemm(OperatorContext& context) {
  constexpr std::size_t kRight = 3;
  constexpr std::size_t kOutputZeroPoint = 8;
  const std::optional<DataType> dtype =
      context.HasInput(kOutputZeroPoint) ? context.dtype(kOutputZeroPoint) : DataType::kFloat32;
  context.SetOutput(0, dtype, TransposedProductShape(context, 0, kRight));
}

void InferPackedMatMul(OperatorContext& context) {
  const Dimensions* const a = context.shape(0);
  if (a == nullptr || a->empty()) return;
  Dimensions shape = *a;
  shape.back() = DimensionOf(context.node().IntAttribute("N", -1));
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

constexpr std::array kLinearRules = {
    OperatorRule{"CodebookMatMul", InferPackedMatMul, "ai.slipway"},
    OperatorRule{"DynamicQuantizeMatMul", InferMatMul, "com.microsoft"},
    OperatorRule{"FusedGemm", InferGemm, "com.microsoft"},
    OperatorRule{"FusedMatMul", InferGemm, "com.microsoft"},
    OperatorRule{"Gemm", InferGemm},
    OperatorRule{"MatMul", InferMatMul},
    OperatorRule{"MatMulInteger", InferMatMulInteger},
    OperatorRule{"MatMulIntegerToFloat", InferMatMulIntegerToFloat, "com.microsoft"},
    OperatorRule{"MatMulNBits", InferPackedMatMul, "com.microsoft"},
    OperatorRule{"QGemm", InferQGemm, "com.microsoft"},
    OperatorRule{"QLinearMatMul", InferQLinearMatMul},
};

}  // namespace

std::span<const OperatorRule> LinearRules() { return kLinearRules; }

}  // namespace slipway::graph
