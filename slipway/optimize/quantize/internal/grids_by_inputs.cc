// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/grids_by_inputs.h"

#include "slipway/optimize/quantize/internal/damped_moments.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

// Over the blocks of a row: the last ones then know the errors of those after them, too.
constexpr int kSweeps = 2;

// Chooses the grids of one row after the other.
class RowGrids {
 public:
  RowGrids(const SquareMatrix& moments, const BlockFormat& format)
      : moments_(moments), format_(format) {}

  std::vector<BlockGrid> Find(std::span<const float> weights) {
    weights_ = weights;
    errors_.assign(weights.size(), 0);
    products_.assign(weights.size(), 0);
    std::vector<BlockGrid> grids;
    for (std::size_t first = 0; first < weights.size(); first += format_.block_size) {
      grids.push_back(FindGrid(BlockAt(first), format_.bits, GridSearch::kRange));
      Use(grids.back(), first);
    }
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (std::size_t i = 0; i < grids.size(); ++i) {
        const std::size_t first = i * format_.block_size;
        grids[i] = FindGrid(BlockAt(first), format_.bits, GrowthFrom(first));
        Use(grids[i], first);
      }
    }
    return grids;
  }

 private:
  std::span<const float> BlockAt(std::size_t first) const {
    return weights_.subspan(first, std::min(format_.block_size, weights_.size() - first));
  }

  std::vector<double> ErrorsOf(const BlockGrid& grid, std::size_t first) const {
    std::vector<double> errors;
    for (const float weight : BlockAt(first)) {
      const std::uint8_t code = CodeOf(weight, grid, format_.bits);
      errors.push_back(weight - static_cast<double>(WeightOf(code, grid)));
    }
    return errors;
  }

  // By how much the error of the row's outputs would grow with another grid for a block.
  GridError GrowthFrom(std::size_t first) const {
    return [this, first](const BlockGrid& grid) {
      std::vector<double> change = ErrorsOf(grid, first);
      for (std::size_t i = 0; i < change.size(); ++i) change[i] -= errors_[first + i];
      double growth = 0;
      for (std::size_t i = 0; i < change.size(); ++i) {
        const double* const row = moments_.Row(first + i) + first;
        const double product = std::inner_product(change.begin(), change.end(), row, 0.0);
        growth += change[i] * (2 * products_[first + i] + product);
      }
      return growth;
    };
  }

  void Use(const BlockGrid& grid, std::size_t first) {
    const std::vector<double> errors = ErrorsOf(grid, first);
    for (std::size_t i = 0; i < errors.size(); ++i) {
      const double change = errors[i] - errors_[first + i];
      if (change == 0) continue;
      errors_[first + i] = errors[i];
      const double* const row = moments_.Row(first + i);
      for (std::size_t k = 0; k < products_.size(); ++k) products_[k] += change * row[k];
    }
  }

  const SquareMatrix& moments_;
  const BlockFormat format_;
  std::span<const float> weights_;
  std::vector<double> errors_;    // Of the weights of the row.
  std::vector<double> products_;  // The errors times the moments.
};

}  // namespace

Result<BlockWeights> RoundToGridsByInputs(const WeightMatrix& matrix, const BlockFormat& format,
                                          const SecondMoments& moments) {
  if (moments.depth() != matrix.depth) {
    return InvalidArgument("moments of {} inputs for weights of {}", moments.depth(), matrix.depth);
  }
  SLIPWAY_TRY_ASSIGN(const SquareMatrix damped, DampedMoments(moments));
  RowGrids rows(damped, format);
  std::vector<BlockGrid> grids;
  for (std::size_t channel = 0; channel < matrix.channels; ++channel) {
    std::ranges::copy(rows.Find(matrix.row(channel)), std::back_inserter(grids));
  }
  return RoundToGrids(matrix, format, std::move(grids));
}

}  // namespace slipway::quantize
