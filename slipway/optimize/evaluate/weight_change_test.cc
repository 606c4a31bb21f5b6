// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/weight_change.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

namespace slipway::evaluate {
namespace {

TEST(WeightChangeTest, TellsHowFarWeightsAreOff) {
  const WeightChange change = ChangeOf(std::array{3.0F, 1.0F}, std::array{3.0F, 0.0F});

  EXPECT_DOUBLE_EQ(change.snr_db, 10);
}

TEST(WeightChangeTest, CountsWeightsBeforeAndAfterInOneRange) {
  const WeightChange change =
      ChangeOf(std::array{-1.0F, -0.9F, 0.5F, 0.98F}, std::array{-1.0F, -1.0F, 0.5F, 1.0F});

  const WeightHistogram& histogram = change.histogram;
  EXPECT_EQ(histogram.least, -1);
  EXPECT_EQ(histogram.greatest, 1);
  ASSERT_EQ(histogram.before.size(), WeightHistogram::kBins);
  EXPECT_EQ(histogram.before.front(), 1U);
  EXPECT_EQ(histogram.after.front(), 2U);
  EXPECT_EQ(histogram.after.back(), 1U);
  EXPECT_EQ(std::accumulate(histogram.before.begin(), histogram.before.end(), 0U), 4U);
}

TEST(WeightChangeTest, TakesWeightsThatAreAllAlike) {
  const WeightChange change = ChangeOf(std::array{2.0F, 2.0F}, std::array{2.0F, 2.0F});

  EXPECT_TRUE(std::isinf(change.snr_db));
  EXPECT_EQ(change.histogram.before.front(), 2U);
}

TEST(WeightChangeTest, KnowsNothingOfNoWeights) {
  EXPECT_TRUE(ChangeOf({}, {}).histogram.before.empty());
}

}  // namespace
}  // namespace slipway::evaluate
