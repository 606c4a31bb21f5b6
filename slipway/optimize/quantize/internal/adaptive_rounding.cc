// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/adaptive_rounding.h"

#include "slipway/optimize/quantize/internal/damped_moments.h"
#include "slipway/optimize/quantize/internal/gptq.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace slipway::quantize {
namespace {

// Lowers e H e^T for one row of the matrix, where e is what the codes are off by and H the moments.
class RowDescent {
 public:
  RowDescent(const SquareMatrix& moments, const BlockFormat& format)
      : moments_(moments), format_(format), gradient_(moments.size()) {}

  void Improve(std::span<const float> weights, std::span<std::uint8_t> codes,
               std::span<BlockGrid> grids) {
    codes_ = codes;
    grids_ = grids;
    std::ranges::fill(gradient_, 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      Move(i, WeightOf(codes_[i], GridOf(i)) - static_cast<double>(weights[i]));
    }
    // Mostly nothing changes any more after five.
    constexpr int kMaxSweeps = 20;
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
      const bool has_better_codes = ImproveCodes();
      const bool has_better_scales = ImproveScales();
      if (!has_better_codes && !has_better_scales) break;
    }
  }

 private:
  BlockGrid& GridOf(std::size_t i) { return grids_[i / format_.block_size]; }

  // Keeps H e^T up to date when what stands for weight `i` rises by `rise`.
  void Move(std::size_t i, double rise) {
    if (rise == 0) return;
    const double* row = moments_.Row(i);
    for (std::size_t j = 0; j < gradient_.size(); ++j) gradient_[j] -= rise * row[j];
  }

  // Gives each weight the code that is best while the others stay.
  bool ImproveCodes() {
    const int largest = (1 << format_.bits) - 1;
    bool is_better = false;
    for (std::size_t i = 0; i < gradient_.size(); ++i) {
      const BlockGrid& grid = GridOf(i);
      const double steps = std::nearbyint(gradient_[i] / moments_.At(i, i) / grid.scale);
      const double best = std::clamp<double>(codes_[i] + steps, 0, largest);
      const auto code = static_cast<std::uint8_t>(best);
      if (code == codes_[i]) continue;
      const double rise = static_cast<double>(WeightOf(code, grid)) - WeightOf(codes_[i], grid);
      codes_[i] = code;
      Move(i, rise);
      is_better = true;
    }
    return is_better;
  }

  // Gives each block the scale that is best while all else stays.
  bool ImproveScales() {
    bool is_better = false;
    for (std::size_t block = 0; block < grids_.size(); ++block) {
      const float scale = BestScale(block);
      BlockGrid& grid = grids_[block];
      constexpr float kTolerance = 1e-4F;
      if (std::abs(scale - grid.scale) <= kTolerance * grid.scale) continue;
      const BlockGrid previous = grid;
      grid.scale = scale;
      for (std::size_t i = Begin(block); i < End(block); ++i) {
        Move(i, static_cast<double>(WeightOf(codes_[i], grid)) - WeightOf(codes_[i], previous));
      }
      is_better = true;
    }
    return is_better;
  }

  float BestScale(std::size_t block) const {
    const BlockGrid& grid = grids_[block];
    double slope = 0;
    double curvature = 0;
    for (std::size_t i = Begin(block); i < End(block); ++i) {
      const double level = codes_[i] - grid.zero_point;
      if (level == 0) continue;
      slope += level * gradient_[i];
      const double* row = moments_.Row(i);
      for (std::size_t j = Begin(block); j < End(block); ++j) {
        curvature += level * row[j] * (codes_[j] - grid.zero_point);
      }
    }
    const double scale = grid.scale + slope / curvature;
    const bool is_usable = curvature > 0 && scale >= std::numeric_limits<float>::min() &&
                           scale <= std::numeric_limits<float>::max();
    return is_usable ? static_cast<float>(scale) : grid.scale;
  }

  std::size_t Begin(std::size_t block) const { return block * format_.block_size; }
  std::size_t End(std::size_t block) const { return std::min(Begin(block + 1), gradient_.size()); }

  const SquareMatrix& moments_;
  const BlockFormat format_;
  std::vector<double> gradient_;  // H e^T.
  std::span<std::uint8_t> codes_;
  std::span<BlockGrid> grids_;
};

}  // namespace

Result<BlockWeights> RoundAdaptively(const WeightMatrix& matrix, const BlockFormat& format,
                                     const SecondMoments& moments) {
  SLIPWAY_TRY_ASSIGN(BlockWeights rounded, RoundByGptq(matrix, format, moments));
  SLIPWAY_TRY_ASSIGN(const SquareMatrix damped, DampedMoments(moments));
  RowDescent descent(damped, format);
  const std::size_t blocks = rounded.blocks();
  for (std::size_t channel = 0; channel < matrix.channels; ++channel) {
    const std::span codes = std::span(rounded.codes).subspan(channel * blocks * format.block_size);
    descent.Improve(matrix.row(channel), codes.first(blocks * format.block_size),
                    std::span(rounded.grids).subspan(channel * blocks, blocks));
  }
  return rounded;
}

}  // namespace slipway::quantize
