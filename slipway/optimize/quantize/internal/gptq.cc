// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/gptq.h"

#include "slipway/optimize/quantize/internal/damped_moments.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace slipway::quantize {
namespace {

// The upper triangular R with R R^T = `matrix`, of which the upper triangle is read. In place,
// from the last column to the first.
void Factorize(SquareMatrix& matrix) {
  std::vector<double> column(matrix.size());
  for (std::size_t k = matrix.size(); k-- > 0;) {
    // The damping keeps the pivot positive but for the rounding of sums.
    const double pivot = std::sqrt(std::max(matrix.At(k, k), 1e-30));
    matrix.At(k, k) = pivot;
    for (std::size_t i = 0; i < k; ++i) {
      column[i] = matrix.At(i, k) / pivot;
      matrix.At(i, k) = column[i];
    }
    for (std::size_t i = 0; i < k; ++i) {
      if (column[i] == 0) continue;
      double* row = matrix.Row(i);
      for (std::size_t j = i; j < k; ++j) row[j] -= column[i] * column[j];
    }
  }
}

// The inverse of the upper triangular `matrix`, which is upper triangular as well.
SquareMatrix InvertTriangle(const SquareMatrix& matrix) {
  const std::size_t size = matrix.size();
  SquareMatrix inverse(size);
  for (std::size_t i = size; i-- > 0;) {
    double* row = inverse.Row(i);
    row[i] = 1;
    for (std::size_t k = i + 1; k < size; ++k) {
      const double factor = matrix.At(i, k);
      if (factor == 0) continue;
      const double* other = inverse.Row(k);
      for (std::size_t j = k; j < size; ++j) row[j] -= factor * other[j];
    }
    for (std::size_t j = i; j < size; ++j) row[j] /= matrix.At(i, i);
  }
  return inverse;
}

// Rounds one row of the matrix. `inverse` is the upper Cholesky factor of the inverse moments.
class RowRounding {
 public:
  RowRounding(const SquareMatrix& inverse, const BlockFormat& format, BlockWeights& result)
      : inverse_(inverse), format_(format), result_(result) {}

  void Round(std::span<const float> weights) {
    row_.assign(weights.begin(), weights.end());
    for (std::size_t first = 0; first < row_.size(); first += format_.block_size) {
      RoundBlock(first, std::min(first + format_.block_size, row_.size()));
    }
  }

 private:
  void RoundBlock(std::size_t first, std::size_t end) {
    const std::span<const float> block = std::span(row_).subspan(first, end - first);
    const BlockGrid grid = FindGrid(block, format_.bits, GridSearch::kHalfQuadratic);
    errors_.clear();
    for (std::size_t i = first; i < end; ++i) {
      const std::uint8_t code = CodeOf(row_[i], grid, format_.bits);
      result_.codes.push_back(code);
      const double* inverse = inverse_.Row(i);
      const double error = (static_cast<double>(row_[i]) - WeightOf(code, grid)) / inverse[i];
      for (std::size_t j = i + 1; j < end; ++j) row_[j] -= static_cast<float>(error * inverse[j]);
      errors_.push_back(error);
    }
    // The columns of later blocks once for all of this one's: they are read from memory once.
    for (std::size_t i = first; i < end; ++i) {
      const double error = errors_[i - first];
      const double* inverse = inverse_.Row(i);
      for (std::size_t j = end; j < row_.size(); ++j) {
        row_[j] -= static_cast<float>(error * inverse[j]);
      }
    }
    result_.grids.push_back(grid);
    result_.codes.resize(result_.grids.size() * format_.block_size, grid.zero_point);
  }

  const SquareMatrix& inverse_;
  const BlockFormat format_;
  BlockWeights& result_;
  std::vector<float> row_;
  std::vector<double> errors_;
};

}  // namespace

Result<BlockWeights> RoundByGptq(const WeightMatrix& matrix, const BlockFormat& format,
                                 const SecondMoments& moments) {
  if (moments.depth() != matrix.depth) {
    return InvalidArgument("moments of {} inputs for weights of {}", moments.depth(), matrix.depth);
  }
  SLIPWAY_TRY_ASSIGN(SquareMatrix factor, DampedMoments(moments));
  Factorize(factor);
  const SquareMatrix inverse = InvertTriangle(factor);
  BlockWeights result = {.format = format,
                         .channels = matrix.channels,
                         .depth = matrix.depth,
                         .codes = {},
                         .grids = {}};
  RowRounding rounding(inverse, format, result);
  for (std::size_t channel = 0; channel < matrix.channels; ++channel) {
    rounding.Round(matrix.row(channel));
  }
  return result;
}

}  // namespace slipway::quantize
