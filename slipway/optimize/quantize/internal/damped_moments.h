// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/input_moments.h"

#include <cstddef>
#include <vector>

namespace slipway::quantize {

/// A square matrix, row after row.
class SquareMatrix {
 public:
  explicit SquareMatrix(std::size_t size) : size_(size), elements_(size * size) {}
  std::size_t size() const { return size_; }
  double& At(std::size_t row, std::size_t column) { return elements_[row * size_ + column]; }
  double At(std::size_t row, std::size_t column) const { return elements_[row * size_ + column]; }
  double* Row(std::size_t row) { return elements_.data() + row * size_; }
  const double* Row(std::size_t row) const { return elements_.data() + row * size_; }

 private:
  std::size_t size_;
  std::vector<double> elements_;
};

/// The moments, symmetric, with a hundredth of the mean of the diagonal added to it, so that they
/// can be inverted and say little against weights whose input is always zero. kInvalidArgument if
/// one is not finite.
Result<SquareMatrix> DampedMoments(const SecondMoments& moments);

}  // namespace slipway::quantize
