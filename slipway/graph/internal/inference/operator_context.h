// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/internal/inference/dimensions.h"
#include "slipway/graph/model.h"
#include "slipway/tensor/tensor.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace slipway::graph {

/// What inference knows of a value.
struct InferredValue {
  std::optional<DataType> dtype = {};
  std::optional<Dimensions> shape = {};
  const Tensor* constant = nullptr;  ///< Its elements, if it is a constant of the model.
  /// Its elements, if it is a small integer tensor of rank 0 or 1 that the model computes: each a
  /// number, or the name of the dimension it was read from, or unknown.
  std::optional<Dimensions> elements = {};
};

/// One node as the rule of its operator sees it: what is known of its inputs, and room for what the
/// rule finds out about its outputs.
class OperatorContext {
 public:
  /// The node and the inputs must outlive the context. `inputs` has a null for each one left out.
  OperatorContext(const Node& node, std::int64_t opset, std::vector<const InferredValue*> inputs);

  const Node& node() const { return node_; }
  std::int64_t opset() const { return opset_; }
  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return outputs_.size(); }

  bool HasInput(std::size_t index) const;
  /// What is known of an input; nothing if it is left out.
  const InferredValue& input(std::size_t index) const;
  std::optional<DataType> dtype(std::size_t input_index) const { return input(input_index).dtype; }
  /// The shape of an input, null if not even its rank is known.
  const Dimensions* shape(std::size_t input_index) const;
  /// The elements of an input that is a small integer tensor of rank 0 or 1.
  std::optional<Dimensions> Elements(std::size_t index) const;
  /// As above, if all are known as numbers.
  std::optional<std::vector<std::int64_t>> Integers(std::size_t index) const;
  /// A list that older operator sets have as an attribute and newer ones as an input: what the one
  /// that is there says. Empty if neither is; nothing if it is an input whose value is not known.
  std::optional<std::vector<std::int64_t>> IntegersFrom(std::string_view attribute,
                                                        std::size_t input_index) const;
  std::string_view StringAttribute(std::string_view name, std::string_view otherwise) const;

  InferredValue& output(std::size_t index) { return outputs_[index]; }
  /// Notes the type and shape of an output; nothing happens if the node lacks it.
  void SetOutput(std::size_t index, std::optional<DataType> dtype, std::optional<Dimensions> shape);
  void SetOutput(std::size_t index, std::optional<DataType> dtype, const Dimensions* shape);
  std::vector<InferredValue> TakeOutputs() { return std::move(outputs_); }

 private:
  const Node& node_;
  std::int64_t opset_;
  std::vector<const InferredValue*> inputs_;
  std::vector<InferredValue> outputs_;
};

/// What an operator's outputs are, as far as its inputs tell.
using InferenceRule = void (*)(OperatorContext&);

/// The rule of one operator.
struct OperatorRule {
  std::string_view op_type;
  InferenceRule rule;
  std::string_view domain = "";
};

}  // namespace slipway::graph
