// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/block_weights.h"

#include "slipway/optimize/quantize/affine_scale.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace slipway::quantize {
namespace {

constexpr std::array<std::size_t, 4> kBits = {2, 3, 4, 8};
constexpr std::size_t kMinBlock = 16;
constexpr std::size_t kMaxBlock = 256;

float LargestCode(std::size_t bits) { return static_cast<float>((std::size_t{1} << bits) - 1); }

// The grid from `low` to `high`, which hold zero between them.
BlockGrid GridFor(float low, float high, std::size_t bits) {
  const double step = (static_cast<double>(high) - low) / LargestCode(bits);
  // A block of zeros, or of what float32 cannot tell from zero in codes.
  if (step < std::numeric_limits<float>::min()) return {.scale = 1, .zero_point = 0};
  const double zero = std::clamp<double>(std::nearbyint(-low / step), 0, LargestCode(bits));
  return {.scale = static_cast<float>(step), .zero_point = static_cast<std::uint8_t>(zero)};
}

BlockGrid RangeGrid(std::span<const float> weights, std::size_t bits) {
  const auto [low, high] = std::ranges::minmax(weights);
  return GridFor(std::min(low, 0.0F), std::max(high, 0.0F), bits);
}

// How far a block's weights are off.
struct BlockError {
  double squares = 0;
  double sum = 0;

  // What the layer's output is off by, squared, if its inputs have a variance of one and the mean
  // that they have behind a Relu: grids that cut off outliers of one sign shift it.
  double OfOutput() const {
    constexpr double kMeanSquare = 0.47;
    return squares + kMeanSquare * sum * sum;
  }
};

BlockError ErrorOf(std::span<const float> weights, const BlockGrid& grid, std::size_t bits) {
  BlockError error;
  for (const float weight : weights) {
    const double off = weight - static_cast<double>(WeightOf(CodeOf(weight, grid, bits), grid));
    error.squares += off * off;
    error.sum += off;
  }
  return error;
}

// The proximal operator of the p-norm of the paper, p = 0.7: what is left of `error` once the
// errors that are large enough to be an outlier's are taken out.
double Shrink(double error, double beta) {
  constexpr double kP = 0.7;
  const double magnitude = std::abs(error);
  if (magnitude == 0) return 0;
  const double left = magnitude - std::pow(magnitude, kP - 1) / beta;
  return left > 0 ? std::copysign(left, error) : 0;
}

// Improves grids step by step: with the codes fixed, the outliers' errors are set apart, then zero
// point and scale are fitted to the rest.
class HalfQuadraticSearch {
 public:
  HalfQuadraticSearch(std::span<const float> weights, std::size_t bits, const GridError& error)
      : weights_(weights),
        bits_(bits),
        error_(error),
        best_(RangeGrid(weights, bits)),
        least_(error(best_)) {}

  // The best grid found from the whole range and from parts of it: with few bits each leads to
  // another one.
  BlockGrid Run() {
    const auto [low, high] = std::ranges::minmax(weights_);
    for (const float part : {1.0F, 0.85F, 0.7F, 0.55F, 0.4F}) {
      ImproveFrom(GridFor(part * std::min(low, 0.0F), part * std::max(high, 0.0F), bits_));
    }
    return best_;
  }

 private:
  void ImproveFrom(const BlockGrid& start) {
    constexpr int kSteps = 6;
    grid_ = start;
    Consider(grid_);
    // Errors are measured in units of the first step, so that beta means the same for all blocks.
    unit_ = grid_.scale;
    double beta = 10;
    constexpr double kBetaGrowth = 1.05;
    for (int step = 0; step < kSteps; ++step) {
      if (!Improve(beta)) break;
      Consider(grid_);
      beta *= kBetaGrowth;
    }
  }

  bool Improve(double beta) {
    std::array<double, kMaxBlock> targets;  // What the codes are to stand for.
    std::array<double, kMaxBlock> codes;
    double zero = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      const std::uint8_t code = CodeOf(weights_[i], grid_, bits_);
      const double error = (weights_[i] - static_cast<double>(WeightOf(code, grid_))) / unit_;
      codes[i] = code;
      targets[i] = weights_[i] - Shrink(error, beta) * unit_;
      zero += code - targets[i] / grid_.scale;
    }
    const double mean = zero / static_cast<double>(weights_.size());
    BlockGrid next = grid_;
    next.zero_point =
        static_cast<std::uint8_t>(std::clamp<double>(std::nearbyint(mean), 0, LargestCode(bits_)));
    double product = 0;
    double square = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      const double level = codes[i] - next.zero_point;
      product += level * targets[i];
      square += level * level;
    }
    const auto scale = static_cast<float>(square > 0 ? product / square : 0);
    if (!(scale >= std::numeric_limits<float>::min()) || !std::isfinite(scale)) return false;
    const bool is_new = scale != grid_.scale || next.zero_point != grid_.zero_point;
    next.scale = scale;
    grid_ = next;
    return is_new;
  }

  void Consider(const BlockGrid& grid) {
    const double error = error_(grid);
    if (error >= least_) return;
    least_ = error;
    best_ = grid;
  }

  std::span<const float> weights_;
  std::size_t bits_;
  const GridError& error_;
  BlockGrid grid_;
  double unit_ = 1;
  BlockGrid best_;
  double least_;
};

}  // namespace

Status CheckBlockFormat(const BlockFormat& format) {
  if (std::ranges::find(kBits, format.bits) == kBits.end()) {
    return InvalidArgument("{} bits for a weight: it must be 2, 3, 4 or 8", format.bits);
  }
  if (!std::has_single_bit(format.block_size) || format.block_size < kMinBlock ||
      format.block_size > kMaxBlock) {
    return InvalidArgument("blocks of {} weights: it must be 16, 32, 64, 128 or 256",
                           format.block_size);
  }
  return {};
}

BlockFormat FitToDepth(BlockFormat format, std::size_t depth) {
  format.block_size = std::min(format.block_size, std::max(std::bit_ceil(depth), kMinBlock));
  return format;
}

std::uint8_t CodeOf(float weight, const BlockGrid& grid, std::size_t bits) {
  const float largest = LargestCode(bits);
  const float code = weight / grid.scale + static_cast<float>(grid.zero_point);
  if (!(code > 0)) return 0;
  return static_cast<std::uint8_t>(std::nearbyint(std::min(code, largest)));
}

float WeightOf(std::uint8_t code, const BlockGrid& grid) {
  return static_cast<float>(code - grid.zero_point) * grid.scale;
}

WeightMatrix BlockWeights::Dequantize() const {
  WeightMatrix matrix = {.channels = channels, .depth = depth, .weights = {}};
  matrix.weights.reserve(channels * depth);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t i = 0; i < depth; ++i) {
      const BlockGrid& grid = grids[channel * blocks() + i / format.block_size];
      matrix.weights.push_back(WeightOf(codes[channel * blocks() * format.block_size + i], grid));
    }
  }
  return matrix;
}

BlockGrid FindGrid(std::span<const float> weights, std::size_t bits, GridSearch search) {
  if (search == GridSearch::kRange) return RangeGrid(weights, bits);
  const double most = ErrorOf(weights, RangeGrid(weights, bits), bits).squares;
  return FindGrid(weights, bits, [&](const BlockGrid& grid) {
    const BlockError error = ErrorOf(weights, grid, bits);
    return error.squares > most ? std::numeric_limits<double>::infinity() : error.OfOutput();
  });
}

BlockGrid FindGrid(std::span<const float> weights, std::size_t bits, const GridError& error) {
  return HalfQuadraticSearch(weights, bits, error).Run();
}

BlockWeights RoundToGrids(const WeightMatrix& matrix, const BlockFormat& format,
                          std::vector<BlockGrid> grids) {
  BlockWeights rounded = {.format = format,
                          .channels = matrix.channels,
                          .depth = matrix.depth,
                          .codes = {},
                          .grids = std::move(grids)};
  auto grid = rounded.grids.begin();
  for (std::size_t channel = 0; channel < matrix.channels; ++channel) {
    const std::span<const float> row = matrix.row(channel);
    for (std::size_t first = 0; first < row.size(); first += format.block_size) {
      const auto block = row.subspan(first, std::min(format.block_size, row.size() - first));
      for (const float weight : block) rounded.codes.push_back(CodeOf(weight, *grid, format.bits));
      rounded.codes.resize(rounded.codes.size() + format.block_size - block.size(),
                           grid->zero_point);
      ++grid;
    }
  }
  return rounded;
}

BlockWeights RoundToGrids(const WeightMatrix& matrix, const BlockFormat& format,
                          GridSearch search) {
  std::vector<BlockGrid> grids;
  for (std::size_t channel = 0; channel < matrix.channels; ++channel) {
    const std::span<const float> row = matrix.row(channel);
    for (std::size_t first = 0; first < row.size(); first += format.block_size) {
      const auto block = row.subspan(first, std::min(format.block_size, row.size() - first));
      grids.push_back(FindGrid(block, format.bits, search));
    }
  }
  return RoundToGrids(matrix, format, std::move(grids));
}

}  // namespace slipway::quantize
