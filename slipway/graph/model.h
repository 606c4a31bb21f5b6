// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::graph {

// Every field below has an initializer so that a designated one may leave it out.

struct Graph;

/// A dimension of a value: a size, a name ("batch") for one that is free, or neither.
struct Dimension {
  std::optional<std::int64_t> size = {};
  std::string name = {};  ///< Empty if there is a size or the file gives none.

  friend bool operator==(const Dimension&, const Dimension&) = default;
};

/// What is known of a value: its type, and its shape if even the rank is known.
///
/// Here and below, `extra` is what the file says beyond the other fields (metadata, doc strings,
/// types we have no word for, fields of a later ONNX): bytes of the ONNX message, carried along and
/// never looked at.
struct ValueInfo {
  std::string name = {};
  std::optional<DataType> dtype = {};  ///< Absent for sequences, maps and types we do not handle.
  std::optional<std::vector<Dimension>> shape = {};
  std::string extra = {};  ///< A ValueInfoProto.
};

/// A constant tensor of the model. Shared because edits copy graphs, and weights never change in
/// place: an edit that changes a weight puts a new tensor here.
using ConstantTensor = std::shared_ptr<const Tensor>;

/// One attribute of a node.
struct Attribute {
  /// What we carry along and do not look at, as bytes of an AttributeProto: sparse tensors, tensors
  /// of types we do not handle, lists of tensors or graphs, type protos.
  struct Opaque {
    std::string bytes = {};
  };
  std::string name = {};
  std::variant<std::int64_t, float, std::string, ConstantTensor, std::vector<std::int64_t>,
               std::vector<float>, std::vector<std::string>, std::shared_ptr<const Graph>, Opaque>
      value = {};
  std::string extra = {};  ///< An AttributeProto.
};

/// One operator of the graph. An empty input name is an optional input left out.
struct Node {
  std::string name = {};     ///< May be empty; not used to connect anything.
  std::string op_type = {};  ///< "Conv"
  std::string domain = {};   ///< Empty is ONNX's own.
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<Attribute> attributes = {};
  std::string doc = {};
  std::string extra = {};  ///< A NodeProto.

  /// The attribute called `attribute_name`, or null.
  const Attribute* FindAttribute(std::string_view attribute_name) const;
  /// The integer attribute called `attribute_name`, or `otherwise` if it is absent.
  std::int64_t IntAttribute(std::string_view attribute_name, std::int64_t otherwise) const;
  /// The list attribute called `attribute_name`; empty if it is absent.
  std::vector<std::int64_t> IntsAttribute(std::string_view attribute_name) const;
  /// Whether an attribute is a graph, as If and Loop have them.
  bool HasSubgraph() const;
};

/// A dataflow graph: nodes in topological order, joined by the names of values, each of which is
/// made once.
struct Graph {
  std::string name = {};
  std::vector<Node> nodes = {};
  std::vector<ValueInfo> inputs = {};  ///< What the caller feeds; initializers are not listed here.
  std::vector<ValueInfo> outputs = {};
  std::vector<ValueInfo> values = {};  ///< What the file says of values in between.
  std::map<std::string, ConstantTensor, std::less<>> initializers = {};
  /// Initializers that the file keeps as ONNX SparseTensorProto bytes, by the name of their values.
  std::map<std::string, std::string, std::less<>> sparse_initializers = {};
  /// Initializers of element types that `DataType` lacks (float8, complex64), as ONNX TensorProto
  /// bytes, by the name of their values.
  std::map<std::string, std::string, std::less<>> opaque_initializers = {};
  /// The `extra` of the few initializers that have one, as ONNX TensorProto bytes, by name.
  std::map<std::string, std::string, std::less<>> initializer_extras = {};
  std::string doc = {};
  std::string extra = {};  ///< A GraphProto.

  /// The initializer called `value`, or null; null as well for a sparse or opaque one.
  const Tensor* FindInitializer(std::string_view value) const;
  /// Whether `value` is an initializer of any kind.
  bool HasInitializer(std::string_view value) const;
};

/// A whole ONNX model.
struct Model {
  std::int64_t ir_version = 8;
  std::map<std::string, std::int64_t> opsets = {};  ///< Version by domain; "" is ONNX's own.
  std::string producer_name = {};
  std::string producer_version = {};
  std::string domain = {};
  std::int64_t model_version = 0;
  std::string doc = {};
  std::map<std::string, std::string> metadata = {};
  std::vector<std::string> functions = {};  ///< Local functions, as ONNX FunctionProto bytes.
  Graph graph = {};
  std::string extra = {};  ///< A ModelProto.

  /// The version of the operator set `operator_domain`; 0 if the model does not import it.
  std::int64_t OpsetVersion(std::string_view operator_domain = "") const;
};

}  // namespace slipway::graph
