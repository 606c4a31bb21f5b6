// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/inference/dimensions.h"

#include <gtest/gtest.h>

#include <limits>

namespace slipway::graph {
namespace {

const Dimension kBatch = {.name = "batch"};
const Dimension kLength = {.name = "length"};
const Dimension kUnknown = {};

Dimension Size(std::int64_t size) { return {.size = size}; }

TEST(DimensionsTest, TakeSizesThatCanBe) {
  EXPECT_EQ(DimensionOf(0), Size(0));
  EXPECT_EQ(DimensionOf(kLargestSize), Size(kLargestSize));
  EXPECT_EQ(DimensionOf(kLargestSize + 1), kUnknown);
  EXPECT_EQ(DimensionOf(-1), kUnknown);
  EXPECT_EQ(DimensionOf(std::nullopt), kUnknown);
}

TEST(DimensionsTest, CountAxesFromBothEnds) {
  EXPECT_EQ(AxisIndex(0, 3), 0U);
  EXPECT_EQ(AxisIndex(-1, 3), 2U);
  EXPECT_EQ(AxisIndex(3, 3), std::nullopt);
  EXPECT_EQ(AxisIndex(-4, 3), std::nullopt);
  EXPECT_EQ(AxisIndex(0, 0), std::nullopt);
  EXPECT_EQ(AxisIndex(std::numeric_limits<std::int64_t>::min(), 3), std::nullopt);
}

TEST(DimensionsTest, StretchToOneAnother) {
  EXPECT_EQ(Broadcast(Size(1), kBatch), kBatch);
  EXPECT_EQ(Broadcast(kBatch, Size(1)), kBatch);
  EXPECT_EQ(Broadcast(kBatch, kBatch), kBatch);
  EXPECT_EQ(Broadcast(kBatch, Size(4)), Size(4));
  EXPECT_EQ(Broadcast(kBatch, kLength), kUnknown);
  EXPECT_EQ(Broadcast(Size(3), Size(4)), kUnknown);
}

TEST(DimensionsTest, MultiplyUnlessTheProductIsTooLarge) {
  EXPECT_EQ(Product(Dimensions{Size(3), Size(4)}), 12);
  EXPECT_EQ(Product(Dimensions{}), 1);
  EXPECT_EQ(Product(Dimensions{Size(3), kBatch}), std::nullopt);
  EXPECT_EQ(Product(Dimensions(4, Size(kLargestSize))), std::nullopt);
}

TEST(DimensionsTest, FindTheFactorThatIsMissing) {
  const Dimensions from = {kBatch, Size(6), Size(4)};

  EXPECT_EQ(MissingFactor(from, Dimensions{Size(24)}), kBatch);
  EXPECT_EQ(MissingFactor(from, Dimensions{kBatch, Size(8)}), Size(3));
  EXPECT_EQ(MissingFactor(from, Dimensions{Size(8)}), kUnknown);
  EXPECT_EQ(MissingFactor(from, Dimensions{Size(5)}), kUnknown);
  EXPECT_EQ(MissingFactor(from, Dimensions{Size(0)}), kUnknown);
  EXPECT_EQ(MissingFactor(from, Dimensions{kLength}), kUnknown);
}

TEST(DimensionsTest, MergeIntoOne) {
  EXPECT_EQ(Merged(Dimensions{Size(3), Size(4)}), Size(12));
  EXPECT_EQ(Merged(Dimensions{Size(1), kBatch}), kBatch);
  EXPECT_EQ(Merged(Dimensions{Size(2), kBatch}), kUnknown);
  EXPECT_EQ(Merged(Dimensions{}), Size(1));
}

}  // namespace
}  // namespace slipway::graph
