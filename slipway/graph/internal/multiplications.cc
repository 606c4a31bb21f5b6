// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/multiplications.h"

#include "slipway/graph/internal/inference/dimensions.h"

#include <algorithm>
#include <array>

namespace slipway::graph {
namespace {

enum class Work : std::uint8_t { kConvolution, kTransposedConvolution, kProduct, kBlockProduct };

struct Counted {
  std::string_view op_type;
  Work work;
  std::size_t weights;  ///< Which input they are.
};

constexpr std::array kCounted = {
    Counted{"CodebookMatMul", Work::kBlockProduct, 1},
    Counted{"Conv", Work::kConvolution, 1},
    Counted{"ConvInteger", Work::kConvolution, 1},
    Counted{"ConvTranspose", Work::kTransposedConvolution, 1},
    Counted{"DynamicQuantizeMatMul", Work::kProduct, 1},
    Counted{"FusedConv", Work::kConvolution, 1},
    Counted{"FusedGemm", Work::kProduct, 1},
    Counted{"FusedMatMul", Work::kProduct, 1},
    Counted{"Gemm", Work::kProduct, 1},
    Counted{"MatMul", Work::kProduct, 1},
    Counted{"MatMulInteger", Work::kProduct, 1},
    Counted{"MatMulIntegerToFloat", Work::kProduct, 1},
    Counted{"MatMulNBits", Work::kBlockProduct, 1},
    Counted{"QGemm", Work::kProduct, 3},
    Counted{"QLinearConv", Work::kConvolution, 3},
    Counted{"QLinearMatMul", Work::kProduct, 3},
};

const Counted* Find(const Node& node) {
  const auto* const found = std::ranges::find(kCounted, node.op_type, &Counted::op_type);
  return found == kCounted.end() ? nullptr : found;
}

const Dimensions* ShapeOf(const ValueTable& values, const std::vector<std::string>& names,
                          std::size_t index) {
  if (index >= names.size()) return nullptr;
  const auto found = values.find(names[index]);
  return found == values.end() || !found->second.shape ? nullptr : &*found->second.shape;
}

std::optional<std::uint64_t> ProductOf(const Dimensions* elements,
                                       std::span<const Dimension> each) {
  if (elements == nullptr) return std::nullopt;
  const std::optional<std::int64_t> count = Product(*elements);
  const std::optional<std::int64_t> work = Product(each);
  if (!count || !work) return std::nullopt;
  const std::optional<std::int64_t> total = CheckedMultiply(*count, *work);
  return total ? std::optional(static_cast<std::uint64_t>(*total)) : std::nullopt;
}

/// The dimension over which a product adds up.
std::optional<Dimension> SummedDimension(const Node& node, const Dimensions* left) {
  if (left == nullptr || left->empty()) return std::nullopt;
  const bool transposed = node.IntAttribute("transA", 0) != 0 && left->size() > 1;
  return (*left)[left->size() - (transposed ? 2 : 1)];
}

}  // namespace

bool HasMultiplications(const Node& node) { return Find(node) != nullptr; }

std::optional<std::uint64_t> MultiplicationsOf(const Node& node, const ValueTable& values) {
  const Counted* const counted = Find(node);
  if (counted == nullptr) return 0;
  const Dimensions* const input = ShapeOf(values, node.inputs, 0);
  const Dimensions* const output = ShapeOf(values, node.outputs, 0);
  if (counted->work == Work::kBlockProduct) {
    return ProductOf(output, std::array{DimensionOf(node.IntAttribute("K", -1))});
  }
  if (counted->work == Work::kProduct) {
    const std::optional<Dimension> summed = SummedDimension(node, input);
    return summed ? ProductOf(output, std::array{*summed}) : std::nullopt;
  }
  const Dimensions* const weights = ShapeOf(values, node.inputs, counted->weights);
  if (weights == nullptr || weights->empty()) return std::nullopt;
  const bool is_transposed = counted->work == Work::kTransposedConvolution;
  return ProductOf(is_transposed ? input : output, std::span(*weights).subspan(1));
}

}  // namespace slipway::graph
