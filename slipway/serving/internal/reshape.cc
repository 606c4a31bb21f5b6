// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/reshape.h"

#include <vector>

namespace slipway::serving {

Shape Reshaped(const Shape& shape, std::span<const std::int64_t> from,
               std::span<const std::int64_t> to) {
  if (shape.rank() != from.size()) return shape;
  std::vector<std::int64_t> sizes(to.begin(), to.end());
  std::size_t next = 0;
  for (std::int64_t& size : sizes) {
    if (size != -1) continue;
    while (next < from.size() && from[next] != -1) ++next;
    if (next == from.size()) return shape;
    size = shape[next++];
  }
  const Result<Shape> reshaped = Shape::Create(sizes);
  return reshaped && reshaped->element_count() == shape.element_count() ? *reshaped : shape;
}

}  // namespace slipway::serving
