// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/second_moments.h"

#include "slipway/base/check.h"

#include <algorithm>

namespace slipway::codebook {
namespace {

// Rows that are added at once, so that each sum is read and written once for all of them.
constexpr std::size_t kRowBlock = 8;

// Adds x · xᵀ of each of the `kRowBlock` rows to what is right of the diagonal of `products`.
void AddBlock(const float* rows, std::size_t columns, float* products) {
  for (std::size_t i = 0; i < columns; ++i) {
    float* __restrict const sums = &products[i * columns];
    float x[kRowBlock];
    for (std::size_t b = 0; b < kRowBlock; ++b) x[b] = rows[b * columns + i];
    for (std::size_t j = i; j < columns; ++j) {
      float sum = 0;
      for (std::size_t b = 0; b < kRowBlock; ++b) sum += x[b] * rows[b * columns + j];
      sums[j] += sum;
    }
  }
}

void Damp(std::vector<float>& matrix, std::size_t columns, double damping) {
  double trace = 0;
  for (std::size_t i = 0; i < columns; ++i) trace += matrix[i * columns + i];
  const auto more = static_cast<float>(damping * trace / static_cast<double>(columns));
  for (std::size_t i = 0; i < columns; ++i) matrix[i * columns + i] += more;
}

}  // namespace

SecondMoments::SecondMoments(std::size_t columns)
    : columns_(columns), sum_(columns), products_(columns * columns) {
  SLIPWAY_CHECK(columns >= 1);
}

void SecondMoments::Add(std::span<const float> rows) {
  SLIPWAY_CHECK(rows.size() % columns_ == 0);
  const std::size_t count = rows.size() / columns_;
  std::vector<float> rest;
  for (std::size_t row = 0; row < count; row += kRowBlock) {
    if (row + kRowBlock <= count) {
      AddBlock(&rows[row * columns_], columns_, products_.data());
      continue;
    }
    rest.assign(kRowBlock * columns_, 0);
    std::ranges::copy(rows.subspan(row * columns_), rest.begin());
    AddBlock(rest.data(), columns_, products_.data());
  }
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < columns_; ++i) sum_[i] += rows[row * columns_ + i];
  }
  row_count_ += count;
}

std::vector<float> SecondMoments::Mean() const {
  std::vector<float> mean(columns_);
  const double count = std::max<double>(static_cast<double>(row_count_), 1);
  for (std::size_t i = 0; i < columns_; ++i) mean[i] = static_cast<float>(sum_[i] / count);
  return mean;
}

std::vector<float> SecondMoments::Matrix(double damping) const {
  SLIPWAY_CHECK(row_count_ > 0);
  std::vector<float> matrix(products_.size());
  const auto count = static_cast<float>(row_count_);
  for (std::size_t i = 0; i < columns_; ++i) {
    for (std::size_t j = i; j < columns_; ++j) {
      matrix[i * columns_ + j] = products_[i * columns_ + j] / count;
      matrix[j * columns_ + i] = matrix[i * columns_ + j];
    }
  }
  Damp(matrix, columns_, damping);
  return matrix;
}

std::vector<float> SecondMoments::Covariance(double damping) const {
  std::vector<float> matrix = Matrix(0);
  const std::vector<float> mean = Mean();
  for (std::size_t i = 0; i < columns_; ++i) {
    for (std::size_t j = 0; j < columns_; ++j) matrix[i * columns_ + j] -= mean[i] * mean[j];
    // The two are nearly equal where a column hardly varies: rounding must not make it negative.
    matrix[i * columns_ + i] = std::max(matrix[i * columns_ + i], 0.0F);
  }
  Damp(matrix, columns_, damping);
  return matrix;
}

}  // namespace slipway::codebook
