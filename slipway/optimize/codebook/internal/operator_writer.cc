// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/operator_writer.h"

#include "slipway/base/format.h"
#include "slipway/optimize/codebook/bit_packing.h"
#include "slipway/optimize/codebook/internal/codebook_tensor.h"
#include "slipway/runtime/kernels/register_operators.h"

#include <memory>
#include <utility>

namespace slipway::codebook {
namespace {

// Levels of accuracy by the numbers of the operator.
constexpr std::int64_t kFloatProducts = 0;
constexpr std::int64_t kInt8Products = 4;

std::int64_t AsAttribute(std::size_t size) { return static_cast<std::int64_t>(size); }

template <typename T>
Tensor ListOf(std::span<const T> elements) {
  return Tensor::Of<T>(Shape({AsAttribute(elements.size())}), elements);
}

}  // namespace

void OperatorWriter::Replace(const ProductLayer& layer, const std::string& weight,
                             const CodedWeight& coded) {
  prefix_ = fmt::format("q{}", weight_count_++);
  model_.opsets[kernels::kOperatorDomain] = kernels::kOperatorVersion;
  model_.graph.initializers.erase(weight);
  model_.graph.initializer_extras.erase(weight);
  graph::Node& node = model_.graph.nodes[layer.nodes[0]];
  node.op_type = kernels::kCodebookMatMul;
  node.domain = kernels::kOperatorDomain;
  node.inputs = {
      layer.input,
      Own("c", ListOf<std::uint8_t>(PackCodes(coded.codes, coded.bits()))),
      Own("b", CodebookTensor(coded)),
      coded.scales.empty() ? "" : Own("s", ListOf<float>(coded.scales)),
      layer.bias,
      coded.column_order.empty() ? "" : Own("o", ListOf<std::uint16_t>(coded.column_order))};
  while (node.inputs.back().empty()) node.inputs.pop_back();
  node.outputs = {layer.output};
  node.attributes = {{"N", AsAttribute(coded.layout.rows)},
                     {"K", AsAttribute(coded.layout.columns)},
                     {"bits", AsAttribute(coded.bits())},
                     {"vector_length", AsAttribute(coded.vector_length)},
                     {"stages", AsAttribute(coded.stages)},
                     {"entries", AsAttribute(coded.entries)},
                     {"accuracy_level", int8_products_ ? kInt8Products : kFloatProducts}};
  if (layer.has_relu) node.attributes.push_back({"activation", std::string("Relu")});
  absorbed_.insert(layer.nodes.begin() + 1, layer.nodes.end());
}

void OperatorWriter::Finish() {
  std::size_t index = 0;
  std::erase_if(model_.graph.nodes,
                [&](const graph::Node&) { return absorbed_.contains(index++); });
  absorbed_.clear();
}

std::string OperatorWriter::Own(std::string_view what, Tensor tensor) {
  std::string name = names_.ForValue(fmt::format("{}.{}", prefix_, what));
  model_.graph.initializers[name] = std::make_shared<const Tensor>(std::move(tensor));
  return name;
}

}  // namespace slipway::codebook
