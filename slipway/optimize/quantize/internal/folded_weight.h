// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/block_weights.h"
#include "slipway/optimize/quantize/internal/graph_builder.h"
#include "slipway/tensor/shape.h"

#include <optional>
#include <string>

namespace slipway::quantize {

/// Writes weights as packed codes together with standard operators of opset 13 that expand them to
/// float32. Their operands are constants, so the engine folds them when it loads the model: the
/// file is small and the model runs as the float32 one.
///
/// Codes of 8 bits lie as they are; others lie as planes of single bits (`PackPlanes`), from which
/// one Gather in a table makes eight codes of each byte.
class FoldedWeightWriter {
 public:
  /// `builder` outlives the writer.
  explicit FoldedWeightWriter(GraphBuilder& builder) : builder_(builder) {}

  /// Where the expanded weights go: the shape of the tensor, and whether its rows are the columns
  /// of the weights.
  struct Target {
    std::string name;
    Shape shape;
    bool is_transposed = false;
  };
  /// Appends what expands `weights` and returns the name of the value that comes out.
  std::string Write(const BlockWeights& weights, const Target& target);

 private:
  // Codes as float32, [channels, blocks, block_size].
  std::string WriteCodes(const BlockWeights& weights, const std::string& name);
  std::string WritePlanes(const BlockWeights& weights, const std::string& name);
  std::string Cast(const std::string& value, DataType type, const std::string& name);
  // The name of the table with the eight bits of each byte.
  const std::string& BitTable();

  GraphBuilder& builder_;
  std::optional<std::string> bit_table_;
};

}  // namespace slipway::quantize
