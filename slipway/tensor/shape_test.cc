// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/shape.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

Result<Shape> ShapeOf(std::vector<std::int64_t> sizes) { return Shape::Create(sizes); }

TEST(ShapeTest, CountsElements) {
  EXPECT_EQ(Shape().element_count(), 1);
  EXPECT_EQ(Shape({2, 3, 4}).element_count(), 24);
  EXPECT_EQ(Shape({2, 3, 4}).row_size(), 12);
  EXPECT_EQ(Shape({0, 5}).element_count(), 0);
  EXPECT_EQ(ToString(Shape({1, 28, 28})), "[1,28,28]");
}

TEST(ShapeTest, ReplacesTheNumberOfRows) { EXPECT_EQ(Shape({2, 3}).WithRows(7), Shape({7, 3})); }

TEST(ShapeTest, RefusesNegativeSizes) {
  EXPECT_THAT(ShapeOf({2, -1}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("[2,-1]")));
}

TEST(ShapeTest, RefusesMoreElementsThanCanBeCounted) {
  EXPECT_THAT(ShapeOf({kHuge, 2}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("63 bits")));
  EXPECT_THAT(ShapeOf({0, kHuge, kHuge}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("63 bits")));
  EXPECT_TRUE(ShapeOf({kHuge}).has_value());
}

TEST(ShapeTest, RefusesMoreDimensionsThanItHolds) {
  EXPECT_TRUE(ShapeOf(std::vector<std::int64_t>(Shape::kMaxRank, 1)).has_value());
  EXPECT_THAT(ShapeOf(std::vector<std::int64_t>(Shape::kMaxRank + 1, 1)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("17 dimensions")));
}

}  // namespace
}  // namespace slipway
