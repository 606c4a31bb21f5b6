// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/codebook/internal/gradient_rules.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <variant>

namespace slipway::codebook {
namespace {

bool IsFactorOne(const graph::Node& node, std::string_view name) {
  const graph::Attribute* attribute = node.FindAttribute(name);
  const float* factor = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
  return factor == nullptr || *factor == 1;
}

// Matrices whose rows were columns.
std::string TransposeMatrices(GradientWriter& writer, const std::string& value, std::size_t rank) {
  std::vector<std::int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[rank - 1], order[rank - 2]);
  return writer.Add("Transpose", {value}, {{"perm", std::move(order)}});
}

}  // namespace

Derived DifferentiateGemm(GradientWriter& writer, const graph::Node& node, const std::string& dy) {
  if (!IsFactorOne(node, "alpha") || !IsFactorOne(node, "beta") ||
      node.IntAttribute("transA", 0) != 0) {
    return Because("no derivative is known of a Gemm with factors or a transposed input");
  }
  constexpr std::size_t kBias = 2;
  const std::int64_t is_row_a_channel = node.IntAttribute("transB", 0);
  const std::string& x = node.inputs[0];
  const std::string& w = node.inputs[1];
  if (writer.IsActive(x)) {
    writer.Take(x, writer.Add("Gemm", {dy, w}, {{"transB", std::int64_t{1} - is_row_a_channel}}));
  }
  if (writer.IsActive(w)) {
    std::vector<std::string> factors = {x, dy};
    if (is_row_a_channel != 0) std::ranges::reverse(factors);
    writer.Take(w, writer.Add("Gemm", std::move(factors), {{"transA", std::int64_t{1}}}));
  }
  if (node.inputs.size() > kBias) writer.TakeBroadcast(node.inputs[kBias], dy, 2);
  return {};
}

Derived DifferentiateMatMul(GradientWriter& writer, const graph::Node& node,
                            const std::string& dy) {
  const std::string& a = node.inputs[0];
  const std::string& b = node.inputs[1];
  if (const Tensor* const weight = writer.FindInitializer(b);
      weight != nullptr && weight->shape().rank() == 2) {
    if (writer.IsActive(a))
      writer.Take(a, writer.Add("MatMul", {dy, TransposeMatrices(writer, b, 2)}));
    if (writer.IsActive(b)) {
      // One product instead of one for each matrix of the input.
      const std::string rows = writer.Add("Reshape", {a, writer.Sizes({-1, weight->shape()[0]})});
      const std::string dys = writer.Add("Reshape", {dy, writer.Sizes({-1, weight->shape()[1]})});
      writer.Take(b, writer.Add("MatMul", {TransposeMatrices(writer, rows, 2), dys}));
    }
    return {};
  }
  const auto rank_a = writer.RankOf(a);
  const auto rank_b = writer.RankOf(b);
  if (!rank_a || !rank_b || *rank_a < 2 || *rank_b < 2) {
    return Because("no derivative is known of a MatMul with a vector or something of unknown rank");
  }
  const std::size_t rank = std::max(*rank_a, *rank_b);
  if (writer.IsActive(a)) {
    const std::string da = writer.Add("MatMul", {dy, TransposeMatrices(writer, b, *rank_b)});
    writer.TakeBroadcast(a, da, rank);
  }
  if (writer.IsActive(b)) {
    const std::string db = writer.Add("MatMul", {TransposeMatrices(writer, a, *rank_a), dy});
    writer.TakeBroadcast(b, db, rank);
  }
  return {};
}

}  // namespace slipway::codebook
