// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/inference/operator_context.h"

#include <algorithm>

namespace slipway::graph {
namespace {

// Shapes have few elements; what is longer is data.
constexpr std::int64_t kMaxElements = 64;

std::optional<Dimensions> ElementsOf(const Tensor& tensor) {
  if (tensor.shape().rank() > 1 || tensor.shape().element_count() > kMaxElements) {
    return std::nullopt;
  }
  Dimensions elements;
  const auto append = [&elements](const auto& values) {
    for (const auto value : values) elements.push_back({.size = value});
  };
  if (tensor.dtype() == DataType::kInt64) {
    append(tensor.elements<std::int64_t>());
  } else if (tensor.dtype() == DataType::kInt32) {
    append(tensor.elements<std::int32_t>());
  } else {
    return std::nullopt;
  }
  return elements;
}

}  // namespace

OperatorContext::OperatorContext(const Node& node, std::int64_t opset,
                                 std::vector<const InferredValue*> inputs)
    : node_(node), opset_(opset), inputs_(std::move(inputs)), outputs_(node.outputs.size()) {}

bool OperatorContext::HasInput(std::size_t index) const {
  return index < inputs_.size() && inputs_[index] != nullptr;
}

const InferredValue& OperatorContext::input(std::size_t index) const {
  static const InferredValue nothing;
  return HasInput(index) ? *inputs_[index] : nothing;
}

const Dimensions* OperatorContext::shape(std::size_t input_index) const {
  const InferredValue& value = input(input_index);
  return value.shape ? &*value.shape : nullptr;
}

std::optional<Dimensions> OperatorContext::Elements(std::size_t index) const {
  const InferredValue& value = input(index);
  if (value.constant != nullptr) return ElementsOf(*value.constant);
  if (value.elements && std::ssize(*value.elements) > kMaxElements) return std::nullopt;
  return value.elements;
}

std::optional<std::vector<std::int64_t>> OperatorContext::Integers(std::size_t index) const {
  const std::optional<Dimensions> elements = Elements(index);
  if (!elements) return std::nullopt;
  std::vector<std::int64_t> integers;
  for (const Dimension& element : *elements) {
    if (!element.size) return std::nullopt;
    integers.push_back(*element.size);
  }
  return integers;
}

std::optional<std::vector<std::int64_t>> OperatorContext::IntegersFrom(
    std::string_view attribute, std::size_t input_index) const {
  if (HasInput(input_index)) return Integers(input_index);
  return node_.IntsAttribute(attribute);
}

std::string_view OperatorContext::StringAttribute(std::string_view name,
                                                  std::string_view otherwise) const {
  const Attribute* const attribute = node_.FindAttribute(name);
  if (attribute == nullptr) return otherwise;
  const auto* const value = std::get_if<std::string>(&attribute->value);
  return value == nullptr ? otherwise : std::string_view(*value);
}

void OperatorContext::SetOutput(std::size_t index, std::optional<DataType> dtype,
                                std::optional<Dimensions> shape) {
  if (index >= outputs_.size()) return;
  outputs_[index].dtype = dtype;
  outputs_[index].shape = std::move(shape);
}

void OperatorContext::SetOutput(std::size_t index, std::optional<DataType> dtype,
                                const Dimensions* shape) {
  SetOutput(index, dtype, shape == nullptr ? std::nullopt : std::optional(*shape));
}

}  // namespace slipway::graph
