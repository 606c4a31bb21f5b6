// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace slipway::graph {

struct Graph;

/// A dimension of a value: a size, a name ("batch") for one that is free, or neither.
struct Dimension {
  std::optional<std::int64_t> size;
  std::string name;  ///< Empty if there is a size or the file gives none.

  friend bool operator==(const Dimension&, const Dimension&) = default;
};

/// What is known of a value: its type, and its shape if even the rank is known.
struct ValueInfo {
  std::string name;
  std::optional<DataType> dtype;  ///< Absent for sequences, maps and types we do not handle.
  std::optional<std::vector<Dimension>> shape;
};

/// A constant tensor of the model. Shared because edits copy graphs, and weights never change in
/// place: an edit that changes a weight puts a new tensor here.
using ConstantTensor = std::shared_ptr<const Tensor>;

/// One attribute of a node. `opaque` keeps, as protobuf bytes, what we carry along and do not look
/// at (sparse tensors, type protos, graph lists).
struct Attribute {
  struct Opaque {
    std::string bytes;
  };
  std::string name;
  std::variant<std::int64_t, float, std::string, ConstantTensor, std::vector<std::int64_t>,
               std::vector<float>, std::vector<std::string>, std::shared_ptr<const Graph>, Opaque>
      value;
};

/// One operator of the graph. An empty input name is an optional input left out.
struct Node {
  std::string name;     ///< May be empty; not used to connect anything.
  std::string op_type;  ///< "Conv"
  std::string domain;   ///< Empty is ONNX's own.
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<Attribute> attributes;
  std::string doc;

  /// The attribute called `attribute_name`, or null.
  const Attribute* FindAttribute(std::string_view attribute_name) const;
  /// The integer attribute called `attribute_name`, or `otherwise` if it is absent.
  std::int64_t IntAttribute(std::string_view attribute_name, std::int64_t otherwise) const;
  /// The list attribute called `attribute_name`; empty if it is absent.
  std::vector<std::int64_t> IntsAttribute(std::string_view attribute_name) const;
};

/// A dataflow graph: nodes in topological order, joined by the names of values, each of which is
/// made once.
struct Graph {
  std::string name;
  std::vector<Node> nodes;
  std::vector<ValueInfo> inputs;  ///< What the caller feeds; initializers are not listed here.
  std::vector<ValueInfo> outputs;
  std::vector<ValueInfo> values;  ///< What the file says of values in between.
  std::map<std::string, ConstantTensor, std::less<>> initializers;
  /// Initializers that the file keeps as ONNX SparseTensorProto bytes, by the name of their values.
  std::map<std::string, std::string, std::less<>> sparse_initializers;
  std::string doc;

  /// The initializer called `value`, or null.
  const Tensor* FindInitializer(std::string_view value) const;
};

/// A whole ONNX model.
struct Model {
  std::int64_t ir_version = 8;
  std::map<std::string, std::int64_t> opsets;  ///< Version by domain; "" is ONNX's own.
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  std::int64_t model_version = 0;
  std::string doc;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> functions;  ///< Local functions, as protobuf bytes.
  Graph graph;

  /// The version of the operator set `operator_domain`; 0 if the model does not import it.
  std::int64_t OpsetVersion(std::string_view operator_domain = "") const;
};

}  // namespace slipway::graph
