// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/batch_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace slipway::serving {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

/// A request of two rows of shape [3,1], and one of one row of shape [2,2].
const std::vector<Shape> kShapes = {{2, 3, 1}, {1, 2, 2}};

void ExpectFact(BatchFact fact, const Shape& shape, const std::vector<std::int64_t>& values) {
  const FactValues found = FindFact(fact, kShapes);

  EXPECT_EQ(found.shape, shape);
  EXPECT_EQ(found.values, values);
}

TEST(BatchFactsTest, CountsTheElementsOfEachRequest) {
  ExpectFact(BatchFact::kElementCount, {2}, {6, 4});
  ExpectFact(BatchFact::kAccumulatedElementCount, {2}, {6, 10});
  ExpectFact(BatchFact::kAccumulatedElementCountWithZero, {3}, {0, 6, 10});
}

TEST(BatchFactsTest, GivesTheShapeOfEachRow) {
  ExpectFact(BatchFact::kItemShape, {3, 2}, {3, 1, 3, 1, 2, 2});
  ExpectFact(BatchFact::kItemShapeFlatten, {6}, {3, 1, 3, 1, 2, 2});
}

TEST(BatchFactsTest, TellsTheLargestCountByAShape) {
  const FactValues found = FindFact(BatchFact::kMaxElementCountAsShape, kShapes);

  EXPECT_EQ(found.shape, Shape({6}));
  EXPECT_THAT(found.values, SizeIs(6));
  EXPECT_THAT(found.values, Each(0));
}

}  // namespace
}  // namespace slipway::serving
