// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/testing/operator_model.h"

#include "slipway/runtime/kernels/register_operators.h"

#include <cstring>
#include <memory>

namespace slipway::kernels {
namespace {

std::int64_t Signed(std::size_t size) { return static_cast<std::int64_t>(size); }

template <typename T>
graph::ConstantTensor List(std::span<const T> elements) {
  return std::make_shared<const Tensor>(Tensor::Of<T>(Shape({Signed(elements.size())}), elements));
}

// Of numbers that float16 holds as normal numbers, or 0.
std::uint16_t ToHalf(float number) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  constexpr std::uint32_t kBiasDifference = 112U << 10;
  const std::uint32_t magnitude = (bits & 0x7FFFFFFF) >> 13;
  const std::uint32_t half = magnitude == 0 ? 0 : magnitude - kBiasDifference;
  return static_cast<std::uint16_t>((bits >> 16 & 0x8000) | half);
}

graph::ConstantTensor Halves(std::span<const float> numbers) {
  Tensor halves = *Tensor::Zeros(DataType::kFloat16, Shape({Signed(numbers.size())}));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::uint16_t half = ToHalf(numbers[i]);
    std::memcpy(halves.mutable_bytes().data() + i * sizeof(half), &half, sizeof(half));
  }
  return std::make_shared<const Tensor>(std::move(halves));
}

}  // namespace

graph::Model OperatorModel(const CodebookWeight& weight, const OperatorModelOptions& options) {
  graph::Model model;
  model.opsets = {{"", 17}, {kOperatorDomain, kOperatorVersion}};
  graph::Graph& graph = model.graph;
  graph.name = "product";
  graph.inputs.push_back({.name = "x", .dtype = DataType::kFloat32});
  graph.outputs.push_back({.name = "y", .dtype = DataType::kFloat32});
  graph::Node node = {.op_type = kCodebookMatMul, .domain = kOperatorDomain, .outputs = {"y"}};
  node.inputs = {"x", "codes", "codebook", "", "", ""};
  graph.initializers["codes"] = List(weight.codes);
  graph.initializers["codebook"] =
      options.has_half_codebook ? Halves(weight.codebook) : List(weight.codebook);
  if (!weight.scales.empty()) {
    node.inputs[3] = "scales";
    graph.initializers["scales"] = List(weight.scales);
  }
  if (!weight.column_order.empty()) {
    node.inputs[5] = "order";
    graph.initializers["order"] = List(weight.column_order);
  }
  node.attributes = {{"N", Signed(weight.rows)},
                     {"K", Signed(weight.columns)},
                     {"bits", Signed(weight.bits)},
                     {"vector_length", Signed(weight.vector_length)},
                     {"stages", Signed(weight.stages)},
                     {"entries", Signed(weight.entries)},
                     {"accuracy_level", options.accuracy_level}};
  graph.nodes.push_back(std::move(node));
  return model;
}

}  // namespace slipway::kernels
