// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/model.h"

#include <algorithm>

namespace slipway::graph {

const Attribute* Node::FindAttribute(std::string_view attribute_name) const {
  const auto found = std::ranges::find(attributes, attribute_name, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

std::int64_t Node::IntAttribute(std::string_view attribute_name, std::int64_t otherwise) const {
  const Attribute* const attribute = FindAttribute(attribute_name);
  if (attribute == nullptr) return otherwise;
  const auto* const value = std::get_if<std::int64_t>(&attribute->value);
  return value == nullptr ? otherwise : *value;
}

std::vector<std::int64_t> Node::IntsAttribute(std::string_view attribute_name) const {
  const Attribute* const attribute = FindAttribute(attribute_name);
  if (attribute == nullptr) return {};
  const auto* const value = std::get_if<std::vector<std::int64_t>>(&attribute->value);
  return value == nullptr ? std::vector<std::int64_t>() : *value;
}

bool Node::HasSubgraph() const {
  return std::ranges::any_of(attributes, [](const Attribute& attribute) {
    return std::holds_alternative<std::shared_ptr<const Graph>>(attribute.value);
  });
}

const Tensor* Graph::FindInitializer(std::string_view value) const {
  const auto found = initializers.find(value);
  return found == initializers.end() ? nullptr : found->second.get();
}

bool Graph::HasInitializer(std::string_view value) const {
  return initializers.contains(value) || sparse_initializers.contains(value) ||
         opaque_initializers.contains(value);
}

std::int64_t Model::OpsetVersion(std::string_view operator_domain) const {
  const auto found = opsets.find(std::string(operator_domain));
  return found == opsets.end() ? 0 : found->second;
}

}  // namespace slipway::graph
