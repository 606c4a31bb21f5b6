// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace slipway::codebook {

/// What is known of the numbers that a weight matrix multiplies, in memory that does not grow with
/// the data: the means of x and of x · xᵀ over rows x. With E for the error of the weights, the
/// mean square of the error of the outputs is E · mean(x · xᵀ) · Eᵀ.
///
/// Not thread-safe.
class SecondMoments {
 public:
  /// For rows of `columns` numbers, at least 1.
  explicit SecondMoments(std::size_t columns);

  /// Takes rows in, one after the other; all numbers are finite.
  void Add(std::span<const float> rows);

  std::size_t columns() const { return columns_; }
  std::size_t row_count() const { return row_count_; }
  /// The mean of the rows; zeros if there were none.
  std::vector<float> Mean() const;
  /// The mean of x · xᵀ, [columns, columns], with `damping` times the mean of its diagonal added to
  /// the diagonal: columns that were always zero count a little, too. There was at least one row.
  std::vector<float> Matrix(double damping) const;
  /// The same of x - mean(x): what is left of the error if a bias takes its mean away.
  std::vector<float> Covariance(double damping) const;

 private:
  const std::size_t columns_;
  std::size_t row_count_ = 0;
  std::vector<double> sum_;
  std::vector<float> products_;  // Sums; right of the diagonal and on it.
};

}  // namespace slipway::codebook
