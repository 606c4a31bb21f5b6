// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/graph/unique_names.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::quantize {

/// Appends nodes and constants to a graph under names that are free.
class GraphBuilder {
 public:
  /// `graph` outlives the builder.
  explicit GraphBuilder(graph::Graph& graph) : graph_(graph), names_(graph) {}

  /// Adds a constant called `name`, or as much like it as is free, and returns what it is called.
  std::string Constant(const std::string& name, Tensor tensor);
  template <typename T>
  std::string Constant(const std::string& name, const Shape& shape, std::span<const T> elements) {
    return Constant(name, Tensor::Of<T>(shape, elements));
  }
  /// Adds a constant vector of integers, such as a shape.
  std::string Integers(const std::string& name, std::span<const std::int64_t> values);

  /// Appends a node that makes one value, and returns what that is called: `name` or as much like
  /// it as is free.
  std::string Node(std::string_view op_type, std::vector<std::string> inputs,
                   const std::string& name, std::vector<graph::Attribute> attributes = {});
  /// Appends a node that makes `output`, a value that the graph refers to already.
  void NodeFor(const std::string& output, std::string_view op_type, std::vector<std::string> inputs,
               std::vector<graph::Attribute> attributes = {});
  /// `name` for a value, or as much like it as is free.
  std::string Name(const std::string& name) { return names_.ForValue(name); }
  /// Appends `node` as it is.
  void Append(graph::Node node) { graph_.nodes.push_back(std::move(node)); }

 private:
  graph::Graph& graph_;
  graph::UniqueNames names_;
};

}  // namespace slipway::quantize
