// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>

namespace slipway {

/// The sizes of a tensor's dimensions, outermost first. Held without an allocation; a scalar has
/// none.
class Shape {
 public:
  /// The most dimensions that a shape has; ONNX models in use stay below half of it.
  static constexpr std::size_t kMaxRank = 16;

  Shape() = default;
  /// A shape of our own making: at most `kMaxRank` sizes, none negative.
  Shape(std::initializer_list<std::int64_t> sizes);
  /// Returns the shape with these sizes, or kInvalidArgument if there are more than `kMaxRank`, one
  /// is negative, or their product does not fit 63 bits.
  static Result<Shape> Create(std::span<const std::int64_t> sizes);

  std::size_t rank() const { return rank_; }
  std::span<const std::int64_t> sizes() const { return {sizes_.data(), rank_}; }
  std::int64_t operator[](std::size_t dimension) const { return sizes_[dimension]; }
  /// The product of all sizes; 1 for a scalar.
  std::int64_t element_count() const;
  /// The elements of one step along the first dimension; 1 for a scalar.
  std::int64_t row_size() const;
  /// The same shape with `size` as its first dimension; the rank is at least 1.
  Shape WithRows(std::int64_t size) const;

  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<std::int64_t, kMaxRank> sizes_ = {};
  std::size_t rank_ = 0;
};

/// "[1,28,28]"; -1 stands for a size that is free.
std::string FormatSizes(std::span<const std::int64_t> sizes);
std::string ToString(const Shape& shape);

}  // namespace slipway
