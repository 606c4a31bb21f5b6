// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/weight_layout.h"

#include "slipway/base/check.h"

namespace slipway::quantize {
namespace {

std::size_t SizeAt(const Shape& shape, std::size_t dimension) {
  return static_cast<std::size_t>(shape[dimension]);
}

}  // namespace

WeightLayout ConvolutionLayout(const Shape& shape) {
  SLIPWAY_CHECK(shape.rank() >= 2);
  const auto depth = static_cast<std::size_t>(shape.row_size());
  const std::size_t inputs = SizeAt(shape, 1);
  return {.channels = SizeAt(shape, 0),
          .depth = depth,
          .axis = 0,
          .channel_stride = depth,
          .inner_count = inputs,
          .inner_stride = inputs == 0 ? 1 : depth / inputs,
          .outer_stride = 1};
}

WeightLayout ColumnLayout(const Shape& shape) {
  SLIPWAY_CHECK(shape.rank() == 2);
  return {.channels = SizeAt(shape, 1),
          .depth = SizeAt(shape, 0),
          .axis = 1,
          .channel_stride = 1,
          .outer_stride = SizeAt(shape, 1)};
}

WeightLayout RowLayout(const Shape& shape) {
  SLIPWAY_CHECK(shape.rank() == 2);
  return {.channels = SizeAt(shape, 0),
          .depth = SizeAt(shape, 1),
          .axis = 0,
          .channel_stride = SizeAt(shape, 1),
          .outer_stride = 1};
}

}  // namespace slipway::quantize
