// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/codebook/coded_weight.h"
#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace slipway::codebook {

/// Reads the vectors that a layer's weight matrix multiplies out of the layer's input.
///
/// Not thread-safe.
class InputRows {
 public:
  /// For `node`, a Conv, Gemm or MatMul whose weight lies as `layout` says. Nothing if the input
  /// lies in a way that is not read here.
  static std::optional<InputRows> Create(const graph::Node& node, const MatrixLayout& layout);

  /// Parts of equal size that the rows of the weight fall into, each of which multiplies vectors of
  /// its own: those of a grouped convolution, else 1.
  std::size_t groups() const { return groups_; }

  /// Up to `count` of the vectors in `input`, one after the other, [count, groups, columns]: all in
  /// their order if there are no more, otherwise a random choice. Empty if `input` does not fit the
  /// layer.
  std::vector<float> Sample(const TensorView& input, std::size_t count);

 private:
  // One spatial dimension of a convolution.
  struct Window {
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t pad_before = 0;
    std::int64_t pad_after = 0;

    std::int64_t OutputSize(std::int64_t size) const {
      return (size + pad_before + pad_after - dilation * (kernel - 1) - 1) / stride + 1;
    }
  };

  explicit InputRows(const MatrixLayout& layout) : layout_(layout) {}
  bool ReadWindows(const graph::Node& node);
  std::vector<float> SampleMatrix(const TensorView& input, std::size_t count);
  std::vector<float> SamplePatches(const TensorView& input, std::size_t count);
  void AppendPatch(const TensorView& input, std::size_t sample,
                   const std::vector<std::int64_t>& corner, std::vector<float>& rows) const;
  // `count` of the numbers below `total`, or all of them.
  std::vector<std::size_t> Choose(std::size_t total, std::size_t count);

  MatrixLayout layout_;
  std::size_t groups_ = 1;
  std::vector<Window> windows_;  // Of a convolution; empty for a matrix product.
  std::mt19937 random_{1};
};

}  // namespace slipway::codebook
