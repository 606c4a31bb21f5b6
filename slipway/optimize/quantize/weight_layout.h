// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/shape.h"

#include <cstddef>

namespace slipway::quantize {

/// Where the weights of each output channel lie in a weight tensor, in the order in which the
/// engine's integer kernels multiply them: two that are neighbours in this order may be summed in
/// 16 bits.
struct WeightLayout {
  std::size_t channels = 0;  ///< Output channels, each with a scale of its own.
  std::size_t depth = 0;     ///< Weights of one channel.
  std::size_t axis = 0;      ///< The tensor's axis that runs over the channels.
  std::size_t channel_stride = 0;
  std::size_t inner_count =
      1;  ///< The order runs over this many with `inner_stride`, then steps on.
  std::size_t inner_stride = 1;
  std::size_t outer_stride = 1;

  /// The index of the weight at `position` < depth of `channel`.
  std::size_t IndexOf(std::size_t channel, std::size_t position) const {
    return channel * channel_stride + position / inner_count * outer_stride +
           position % inner_count * inner_stride;
  }
};

/// The layout of a convolution's weight [output, input, kernel...]. The engine multiplies all input
/// channels of one place of the kernel, then those of the next. `shape` has at least 2 dimensions.
WeightLayout ConvolutionLayout(const Shape& shape);
/// The layout of a matrix [depth, channels]: MatMul's second operand, and Gemm's unless transposed.
WeightLayout ColumnLayout(const Shape& shape);
/// The layout of a matrix [channels, depth]: Gemm's second operand if transB is 1.
WeightLayout RowLayout(const Shape& shape);

}  // namespace slipway::quantize
