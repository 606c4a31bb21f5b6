// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/block_weights.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/rounding_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::SnrDb;
using ::slipway::testing::FailsWith;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;

WeightMatrix RandomMatrix(std::size_t channels, std::size_t depth) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  WeightMatrix matrix = {.channels = channels, .depth = depth, .weights = {}};
  for (std::size_t i = 0; i < channels * depth; ++i) matrix.weights.push_back(normal(random));
  return matrix;
}

TEST(BlockWeightsTest, KeepsEachWeightWithinHalfAStepOfItsBlock) {
  const WeightMatrix matrix = RandomMatrix(3, 70);
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ, 8UZ}) {
    const BlockWeights weights =
        RoundToGrids(matrix, {.bits = bits, .block_size = 32}, GridSearch::kRange);

    const WeightMatrix back = weights.Dequantize();
    ASSERT_EQ(back.weights.size(), matrix.weights.size());
    for (std::size_t i = 0; i < back.weights.size(); ++i) {
      // The zero point is rounded as well: another half step at the ends of the range.
      const float scale = weights.grids[i / 70 * 3 + i % 70 / 32].scale;
      EXPECT_LE(std::abs(back.weights[i] - matrix.weights[i]), 1.001F * scale);
    }
    EXPECT_THAT(weights.codes, Each(Le((1U << bits) - 1)));
  }
}

TEST(BlockWeightsTest, KeepsZeroExactly) {
  WeightMatrix matrix = RandomMatrix(2, 64);
  for (std::size_t i = 0; i < matrix.weights.size(); i += 3) matrix.weights[i] = 0;
  for (const GridSearch search : {GridSearch::kRange, GridSearch::kHalfQuadratic}) {
    const WeightMatrix back =
        RoundToGrids(matrix, {.bits = 3, .block_size = 32}, search).Dequantize();
    for (std::size_t i = 0; i < back.weights.size(); i += 3) EXPECT_EQ(back.weights[i], 0);
  }
}

TEST(BlockWeightsTest, FillsTheLastBlockOfARowWithWhatMeansZero) {
  const BlockWeights weights =
      RoundToGrids(RandomMatrix(2, 20), {.bits = 4, .block_size = 16}, GridSearch::kRange);

  ASSERT_EQ(weights.codes.size(), 2 * 32);
  for (std::size_t i = 20; i < 32; ++i) {
    EXPECT_EQ(weights.codes[i], weights.grids[1].zero_point);
    EXPECT_EQ(weights.codes[32 + i], weights.grids[3].zero_point);
  }
}

TEST(BlockWeightsTest, HasAGridForExtremeWeights) {
  constexpr float kLargest = std::numeric_limits<float>::max() / 4;
  const std::vector<std::vector<float>> blocks = {
      {0, 0, 0}, {kLargest, -kLargest, 1}, {std::numeric_limits<float>::denorm_min()}, {-5, -5}};
  for (const std::vector<float>& block : blocks) {
    for (const GridSearch search : {GridSearch::kRange, GridSearch::kHalfQuadratic}) {
      const BlockGrid grid = FindGrid(block, 4, search);
      EXPECT_TRUE(std::isfinite(grid.scale));
      EXPECT_GT(grid.scale, 0);
      for (const float weight : block) {
        // Half a step of the whole range is 1/15; the grid with the least squared error may give
        // the largest weight a little more.
        EXPECT_NEAR(WeightOf(CodeOf(weight, grid, 4), grid) / kLargest, weight / kLargest, 0.08);
      }
    }
  }
}

TEST(BlockWeightsTest, LosesNoMoreWithASearchedGridThanWithTheRange) {
  WeightMatrix matrix = RandomMatrix(8, 128);
  for (std::size_t i = 0; i < matrix.weights.size(); i += 128) matrix.weights[i] *= 6;
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ}) {
    const BlockFormat format = {.bits = bits, .block_size = 128};
    const double range = SnrDb(RoundToGrids(matrix, format, GridSearch::kRange), matrix);
    const double searched = SnrDb(RoundToGrids(matrix, format, GridSearch::kHalfQuadratic), matrix);
    EXPECT_GE(searched, bits == 2 ? range + 1 : range) << bits;
  }
}

TEST(BlockWeightsTest, HasOneBlockForAShortRow) {
  EXPECT_EQ(FitToDepth({.block_size = 128}, 40).block_size, 64);
  EXPECT_EQ(FitToDepth({.block_size = 128}, 5).block_size, 16);
  EXPECT_EQ(FitToDepth({.block_size = 32}, 1000).block_size, 32);
}

TEST(BlockWeightsTest, RefusesWhatNoKernelTakes) {
  ASSERT_OK(CheckBlockFormat({}));
  EXPECT_THAT(CheckBlockFormat({.bits = 5}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("5 bits")));
  for (const std::size_t size : {0UZ, 8UZ, 48UZ, 512UZ}) {
    EXPECT_THAT(CheckBlockFormat({.block_size = size}),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("blocks of")));
  }
}

}  // namespace
}  // namespace slipway::quantize
