// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/weight_only_layer.h"

#include "slipway/base/format.h"
#include "slipway/optimize/quantize/internal/operator_role.h"

#include <span>
#include <variant>

namespace slipway::quantize {
namespace {

constexpr std::size_t kWeightOnlyBias = 2;

bool IsOne(const graph::Node& node, std::string_view factor) {
  const graph::Attribute* attribute = node.FindAttribute(factor);
  const float* value = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
  return value == nullptr || *value == 1;
}

bool HasBiasPerChannel(const graph::Node& node, std::size_t channels, const graph::Graph& graph) {
  if (node.inputs.size() <= kWeightOnlyBias || node.inputs[kWeightOnlyBias].empty()) return true;
  const Tensor* bias = graph.FindInitializer(node.inputs[kWeightOnlyBias]);
  return bias != nullptr && bias->dtype() == DataType::kFloat32 &&
         bias->shape() == Shape({static_cast<std::int64_t>(channels)});
}

}  // namespace

std::expected<WeightOnlyLayer, std::string> AsWeightOnlyLayer(const graph::Node& node,
                                                              std::size_t index,
                                                              const graph::Graph& graph) {
  if (RoleOf(node, graph) != OperatorRole::kWeighted || node.inputs.size() < 2) {
    return std::unexpected("no convolution and no matrix product");
  }
  const Tensor* weight = graph.FindInitializer(node.inputs[1]);
  if (weight == nullptr) return std::unexpected("its weight is not constant");
  if (weight->dtype() != DataType::kFloat32 || weight->shape().element_count() == 0) {
    return std::unexpected(fmt::format("its weight is {} {}", DataTypeName(weight->dtype()),
                                       ToString(weight->shape())));
  }
  const Shape& shape = weight->shape();
  WeightOnlyLayer layer = {.node = index, .weight = node.inputs[1]};
  layer.is_product = node.op_type != "Conv";
  if (layer.is_product ? shape.rank() != 2 : shape.rank() < 3) {
    return std::unexpected(fmt::format("its weight has {} dimensions", shape.rank()));
  }
  const auto rows = static_cast<std::size_t>(shape[0]);
  const auto row_size = static_cast<std::size_t>(shape.row_size());
  layer.is_transposed = layer.is_product && node.IntAttribute("transB", 0) == 0;
  layer.channels = layer.is_transposed ? row_size : rows;
  layer.depth = layer.is_transposed ? rows : row_size;
  layer.has_kernel = layer.is_product && node.IntAttribute("transA", 0) == 0 &&
                     IsOne(node, "alpha") && IsOne(node, "beta") &&
                     HasBiasPerChannel(node, layer.channels, graph);
  return layer;
}

WeightMatrix WeightsOf(const WeightOnlyLayer& layer, const graph::Graph& graph) {
  const std::span<const float> weights = graph.FindInitializer(layer.weight)->elements<float>();
  WeightMatrix matrix = {.channels = layer.channels, .depth = layer.depth, .weights = {}};
  if (!layer.is_transposed) {
    matrix.weights.assign(weights.begin(), weights.end());
    return matrix;
  }
  matrix.weights.reserve(weights.size());
  for (std::size_t channel = 0; channel < layer.channels; ++channel) {
    for (std::size_t i = 0; i < layer.depth; ++i) {
      matrix.weights.push_back(weights[i * layer.channels + channel]);
    }
  }
  return matrix;
}

}  // namespace slipway::quantize
