// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/graph/unique_names.h"
#include "slipway/optimize/codebook/coded_weight.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::codebook {

/// The oldest ONNX opset with BitShift, which takes codes apart.
constexpr std::int64_t kOldestOpset = 11;

/// Bytes that the nodes of one expression take in the file, and the names and shapes of its
/// tensors: the most there can be, but for long names.
constexpr std::size_t kExpressionBytes = 800;

/// Puts expressions of standard operators in the place of constant weights. They read packed codes
/// and constants alone, so an engine computes them once, when it loads the model:
///
///     codes ─(Cast, MatMul)─ BitShift ─ BitShift ─ Cast ─ Reshape ─ (Slice) ─ Reshape ─▶ indices
///     indices ─ (Add) ─ Gather from the codebook ─ (ReduceSum) ─ (Reshape) ─ (Slice) ─ (Gather)
///         ─ (Transpose | Reshape) ─ (Mul) ─▶ weight
///
/// What is in parentheses is left out where it would change nothing. Codes that cross bytes are
/// read in groups that do not (`CodeGroup`), as uint64 numbers: MatMul by powers of 256 puts the
/// bytes of one together. Constants of the layout are shared between weights.
class ExpressionWriter {
 public:
  /// Writes to `graph`, a main graph of ONNX opset `opset` >= `kOldestOpset`, which outlives it.
  ExpressionWriter(graph::Graph& graph, std::int64_t opset);

  /// Replaces the initializer `weight`, which has the shape of `coded`, by an expression that gives
  /// `Decode(coded)`, bit for bit, under the same name.
  void Replace(const std::string& weight, const CodedWeight& coded);

  /// Puts the new nodes before all others. Nothing has changed in the order of nodes until then.
  void Finish();

 private:
  std::string Unpack(const CodedWeight& coded);
  std::string Widen(std::string packed, std::size_t group_bytes);
  std::string LookUp(const CodedWeight& coded, std::string indices);
  std::string Arrange(const CodedWeight& coded, std::string vectors);
  std::string AddNode(std::string op_type, std::vector<std::string> inputs,
                      std::vector<graph::Attribute> attributes = {});
  std::string Cast(std::string value, std::int64_t onnx_type);
  std::string Slice(std::string value, std::int64_t size, std::int64_t axis);
  std::string Codebook(const CodedWeight& coded);
  // A constant of this weight.
  std::string Own(std::string_view what, Tensor tensor);
  // A constant that all weights share by its contents.
  std::string Sizes(const std::vector<std::int64_t>& sizes);
  template <typename T>
  std::string Shared(const Shape& shape, const std::vector<T>& elements);

  graph::Graph& graph_;
  const std::int64_t opset_;
  graph::UniqueNames names_;
  std::string prefix_;  // Of the names of the weight at hand.
  std::size_t value_count_ = 0;
  std::size_t weight_count_ = 0;
  std::map<std::string, std::string> shared_;  // Names by contents.
  std::vector<graph::Node> nodes_;
};

}  // namespace slipway::codebook
