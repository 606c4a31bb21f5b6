// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/shape.h"

#include "slipway/base/check.h"

#include <algorithm>

namespace slipway {

Shape::Shape(std::initializer_list<std::int64_t> sizes) : rank_(sizes.size()) {
  SLIPWAY_CHECK(sizes.size() <= kMaxRank);
  std::ranges::copy(sizes, sizes_.begin());
}

Result<Shape> Shape::Create(std::span<const std::int64_t> sizes) {
  if (sizes.size() > kMaxRank) {
    return InvalidArgument("a shape has {} dimensions: at most {} are allowed", sizes.size(),
                           kMaxRank);
  }
  Shape shape;
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) {
    if (size < 0) return InvalidArgument("shape {} has a negative size", FormatSizes(sizes));
    // A zero makes the count zero, but the other sizes must still be sound on their own.
    if (__builtin_mul_overflow(std::max<std::int64_t>(count, 1), size, &count)) {
      return InvalidArgument("shape {} has more elements than 63 bits can count",
                             FormatSizes(sizes));
    }
    shape.sizes_[shape.rank_++] = size;
  }
  return shape;
}

std::int64_t Shape::element_count() const {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes()) count *= size;
  return count;
}

std::int64_t Shape::row_size() const {
  std::int64_t count = 1;
  for (std::size_t i = 1; i < rank_; ++i) count *= sizes_[i];
  return count;
}

Shape Shape::WithRows(std::int64_t size) const {
  SLIPWAY_CHECK(rank_ > 0);
  Shape shape = *this;
  shape.sizes_[0] = size;
  return shape;
}

bool operator==(const Shape& a, const Shape& b) { return std::ranges::equal(a.sizes(), b.sizes()); }

std::string FormatSizes(std::span<const std::int64_t> sizes) {
  return fmt::format("[{}]", fmt::join(sizes, ","));
}

std::string ToString(const Shape& shape) { return FormatSizes(shape.sizes()); }

}  // namespace slipway
