// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace slipway::quantize {

/// A matrix of float32 weights, one row for each output channel.
struct WeightMatrix {
  std::size_t channels = 0;
  std::size_t depth = 0;
  std::vector<float> weights;  ///< [channels, depth]

  std::span<const float> row(std::size_t channel) const {
    return std::span(weights).subspan(channel * depth, depth);
  }
};

/// How weights are grouped under scales: `block_size` neighbours of a row share one.
struct BlockFormat {
  std::size_t bits = 4;          ///< 2, 3, 4 or 8 for a weight.
  std::size_t block_size = 128;  ///< A power of two, 16 to 256: what the engine's kernels take.
};

/// kInvalidArgument, with what is possible, if `format` is none.
Status CheckBlockFormat(const BlockFormat& format);
/// `format` with the smallest block that holds a whole row if a row of `depth` is shorter.
BlockFormat FitToDepth(BlockFormat format, std::size_t depth);

/// The grid of one block: weight = scale * (code - zero_point). The zero point is a code itself, so
/// that a weight of zero stays zero.
struct BlockGrid {
  float scale = 1;  ///< Positive and finite.
  std::uint8_t zero_point = 0;
};

/// The code nearest to `weight`, of `bits` bits.
std::uint8_t CodeOf(float weight, const BlockGrid& grid, std::size_t bits);
/// The weight that `code` stands for.
float WeightOf(std::uint8_t code, const BlockGrid& grid);

/// A matrix of weights as codes. A row that does not fill its last block is filled up with the
/// block's zero point.
struct BlockWeights {
  BlockFormat format;
  std::size_t channels = 0;
  std::size_t depth = 0;
  std::vector<std::uint8_t> codes;  ///< [channels, blocks(), block_size], one in each byte.
  std::vector<BlockGrid> grids;     ///< [channels, blocks()]

  std::size_t blocks() const { return (depth + format.block_size - 1) / format.block_size; }
  /// The matrix that the codes stand for.
  WeightMatrix Dequantize() const;
};

/// How `matrix` becomes codes where nothing is known of the inputs.
enum class GridSearch : std::uint8_t {
  kRange,  ///< Round to nearest: the grid reaches from the smallest weight of the block to the
           ///< largest.
  /// Half-quadratic quantization (Badri and Shaji, 2023): the grid with small errors for most
  /// weights at the price of the outliers. Here the zero point stays an integer, the scale is
  /// searched for too, and of all grids that come up, that of kRange included, the one is taken by
  /// which outputs are off the least if inputs have the mean that they have behind a Relu. Its
  /// squared error is never larger than that of kRange.
  kHalfQuadratic,
};

/// The grid for one block of finite weights.
BlockGrid FindGrid(std::span<const float> weights, std::size_t bits, GridSearch search);

/// How bad a grid is for a block: the smaller, the better.
using GridError = std::function<double(const BlockGrid&)>;
/// Of the grids that kHalfQuadratic comes upon, that of kRange included, the one with the least
/// `error`.
BlockGrid FindGrid(std::span<const float> weights, std::size_t bits, const GridError& error);

/// Rounds each weight of `matrix`, all of which are finite, to the nearest code of its block's
/// grid, [channels, blocks].
BlockWeights RoundToGrids(const WeightMatrix& matrix, const BlockFormat& format,
                          std::vector<BlockGrid> grids);
/// The same with the grids of `search`.
BlockWeights RoundToGrids(const WeightMatrix& matrix, const BlockFormat& format, GridSearch search);

}  // namespace slipway::quantize
