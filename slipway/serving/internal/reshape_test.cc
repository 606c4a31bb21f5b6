// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/reshape.h"

#include <gtest/gtest.h>

#include <vector>

namespace slipway::serving {
namespace {

using Sizes = std::vector<std::int64_t>;

TEST(ReshapedTest, KeepsTheFreeSizesInTheirOrder) {
  EXPECT_EQ(Reshaped({2, 5, 4}, Sizes{-1, -1, 4}, Sizes{-1, -1, 2, 2}), Shape({2, 5, 2, 2}));
  EXPECT_EQ(Reshaped({2, 5, 2, 2}, Sizes{-1, -1, 2, 2}, Sizes{-1, -1, 4}), Shape({2, 5, 4}));
}

TEST(ReshapedTest, MakesScalarsAndTakesThemBack) {
  EXPECT_EQ(Reshaped({3, 1}, Sizes{-1, 1}, Sizes{-1}), Shape({3}));
  EXPECT_EQ(Reshaped({1}, Sizes{1}, Sizes{}), Shape({}));
  EXPECT_EQ(Reshaped({}, Sizes{}, Sizes{1}), Shape({1}));
}

TEST(ReshapedTest, LeavesWhatIsNotAsItShouldBe) {
  EXPECT_EQ(Reshaped({2, 4}, Sizes{-1, -1, 4}, Sizes{-1, -1, 2, 2}), Shape({2, 4}));
  EXPECT_EQ(Reshaped({2, 5, 6}, Sizes{-1, -1, 4}, Sizes{-1, -1, 2, 2}), Shape({2, 5, 6}));
}

}  // namespace
}  // namespace slipway::serving
