// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/column_order.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

namespace slipway::codebook {
namespace {

// The sum of v · vᵀ over vectors v, and its determinant.
class Scatter {
 public:
  explicit Scatter(std::size_t length) : length_(length), sums_(length * length) {}

  // Adds v · vᵀ times `sign`.
  void Add(std::span<const double> v, double sign) {
    for (std::size_t i = 0; i < length_; ++i) {
      for (std::size_t k = 0; k < length_; ++k) sums_[i * length_ + k] += sign * v[i] * v[k];
    }
  }

  // By Cholesky's decomposition, with a little on the diagonal for what is not of full rank.
  double LogDeterminant() const {
    constexpr double kRidge = 1e-9;
    double trace = 0;
    for (std::size_t i = 0; i < length_; ++i) trace += sums_[i * length_ + i];
    const double ridge = kRidge * trace + std::numeric_limits<double>::min();
    std::vector<double> factor = sums_;
    double sum = 0;
    for (std::size_t i = 0; i < length_; ++i) {
      factor[i * length_ + i] += ridge;
      for (std::size_t k = 0; k < i; ++k) {
        factor[i * length_ + i] -= factor[i * length_ + k] * factor[i * length_ + k];
      }
      const double pivot = std::max(factor[i * length_ + i], ridge);
      sum += std::log(pivot);
      EliminateBelow(factor, i, std::sqrt(pivot));
    }
    return sum;
  }

 private:
  void EliminateBelow(std::vector<double>& factor, std::size_t column, double root) const {
    for (std::size_t below = column + 1; below < length_; ++below) {
      double value = factor[below * length_ + column];
      for (std::size_t k = 0; k < column; ++k) {
        value -= factor[below * length_ + k] * factor[column * length_ + k];
      }
      factor[below * length_ + column] = value / root;
    }
  }

  std::size_t length_;
  std::vector<double> sums_;
};

// An order under improvement.
class OrderSearch {
 public:
  OrderSearch(const MatrixLayout& layout, std::span<const float> matrix,
              std::vector<std::uint16_t> order, std::size_t length)
      : layout_(layout),
        matrix_(matrix),
        order_(std::move(order)),
        length_(length),
        positions_((layout.columns + length - 1) / length),
        scatter_(length),
        vector_(length) {
    for (std::size_t p = 0; p < positions_; ++p) AddPosition(scatter_, p, 1);
    least_ = scatter_.LogDeterminant();
  }

  double least() const { return least_; }
  std::vector<std::uint16_t> TakeOrder() { return std::move(order_); }

  // Exchanges the columns at places `a` and `b` of the order if that helps.
  void Try(std::size_t a, std::size_t b) {
    const std::size_t at_a = a / length_;
    const std::size_t at_b = b / length_;
    if (a % length_ == b % length_ || at_a == at_b) return;
    Scatter tried = scatter_;
    AddPosition(tried, at_a, -1);
    AddPosition(tried, at_b, -1);
    std::swap(order_[a], order_[b]);
    AddPosition(tried, at_a, 1);
    AddPosition(tried, at_b, 1);
    const double value = tried.LogDeterminant();
    if (value < least_) {
      least_ = value;
      scatter_ = std::move(tried);
    } else {
      std::swap(order_[a], order_[b]);
    }
  }

 private:
  void AddPosition(Scatter& scatter, std::size_t position, double sign) {
    for (std::size_t row = 0; row < layout_.rows; ++row) {
      for (std::size_t i = 0; i < length_; ++i) {
        const std::size_t place = position * length_ + i;
        vector_[i] =
            place < layout_.columns ? matrix_[row * layout_.columns + order_[place]] : 0.0F;
      }
      scatter.Add(vector_, sign);
    }
  }

  const MatrixLayout& layout_;
  const std::span<const float> matrix_;
  std::vector<std::uint16_t> order_;
  const std::size_t length_;
  const std::size_t positions_;
  Scatter scatter_;
  std::vector<double> vector_;
  double least_ = 0;
};

// Columns by energy, dealt out so that like ones come to the same place of different vectors.
std::vector<std::uint16_t> ByEnergy(const MatrixLayout& layout, std::span<const float> matrix,
                                    std::size_t length) {
  std::vector<double> energy(layout.columns);
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    energy[i % layout.columns] += static_cast<double>(matrix[i]) * matrix[i];
  }
  std::vector<std::uint16_t> sorted(layout.columns);
  std::iota(sorted.begin(), sorted.end(), std::uint16_t{0});
  std::ranges::stable_sort(sorted, std::greater<>(), [&](std::uint16_t c) { return energy[c]; });
  std::vector<std::uint16_t> order(layout.columns);
  std::size_t next = 0;
  for (std::size_t i = 0; i < length; ++i) {
    for (std::size_t place = i; place < layout.columns; place += length) {
      order[place] = sorted[next++];
    }
  }
  return order;
}

}  // namespace

double LogDeterminant(const MatrixLayout& layout, std::span<const float> matrix,
                      std::span<const std::uint16_t> order, std::size_t vector_length) {
  return OrderSearch(layout, matrix, {order.begin(), order.end()}, vector_length).least();
}

std::vector<std::uint16_t> FindColumnOrder(const MatrixLayout& layout,
                                           std::span<const float> matrix,
                                           const ColumnOrderOptions& options) {
  SLIPWAY_CHECK(layout.columns <= std::size_t{1} << 16U);
  std::vector<std::uint16_t> as_it_is(layout.columns);
  std::iota(as_it_is.begin(), as_it_is.end(), std::uint16_t{0});
  const std::size_t length = options.vector_length;
  if (length < 2 || layout.columns < 2) return as_it_is;
  std::vector<std::uint16_t> start = ByEnergy(layout, matrix, length);
  // Sorting helps as a rule; where it does not, what is there is the better start.
  if (LogDeterminant(layout, matrix, as_it_is, length) <
      LogDeterminant(layout, matrix, start, length)) {
    start = as_it_is;
  }
  OrderSearch search(layout, matrix, std::move(start), length);
  std::mt19937_64 random(options.seed);
  std::uniform_int_distribution<std::size_t> column(0, layout.columns - 1);
  for (std::size_t i = 0; i < options.attempts; ++i) {
    const std::size_t a = column(random);
    search.Try(a, column(random));
  }
  return search.TakeOrder();
}

}  // namespace slipway::codebook
