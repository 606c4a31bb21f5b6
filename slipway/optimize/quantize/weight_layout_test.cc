// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/weight_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace slipway::quantize {
namespace {

using ::testing::ElementsAre;

std::vector<std::size_t> IndicesOf(const WeightLayout& layout, std::size_t channel) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < layout.depth; ++i) indices.push_back(layout.IndexOf(channel, i));
  return indices;
}

TEST(WeightLayoutTest, RunsOverTheInputChannelsOfEachKernelPlace) {
  const WeightLayout layout = ConvolutionLayout(Shape({2, 3, 1, 2}));

  EXPECT_EQ(layout.channels, 2);
  EXPECT_EQ(layout.axis, 0);
  EXPECT_THAT(IndicesOf(layout, 0), ElementsAre(0, 2, 4, 1, 3, 5));
  EXPECT_THAT(IndicesOf(layout, 1), ElementsAre(6, 8, 10, 7, 9, 11));
}

TEST(WeightLayoutTest, RunsDownTheColumnsOfAMatrix) {
  const WeightLayout layout = ColumnLayout(Shape({3, 2}));

  EXPECT_EQ(layout.channels, 2);
  EXPECT_EQ(layout.axis, 1);
  EXPECT_THAT(IndicesOf(layout, 1), ElementsAre(1, 3, 5));
}

TEST(WeightLayoutTest, RunsAlongTheRowsOfATransposedMatrix) {
  const WeightLayout layout = RowLayout(Shape({2, 3}));

  EXPECT_EQ(layout.channels, 2);
  EXPECT_EQ(layout.axis, 0);
  EXPECT_THAT(IndicesOf(layout, 1), ElementsAre(3, 4, 5));
}

}  // namespace
}  // namespace slipway::quantize
