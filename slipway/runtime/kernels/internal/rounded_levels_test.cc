// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/rounded_levels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::kernels {
namespace {

using ::testing::ElementsAre;

TEST(RoundedLevelsTest, FindsTheStepOfPowersOfTwo) {
  const auto whole = AsMultiples(std::vector{-3.0F, -0.75F, 0.0F, 0.375F, 3.0F}, 127);

  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->step, 0.375F);
  EXPECT_THAT(whole->numbers, ElementsAre(-8, -2, 0, 1, 8));
}

TEST(RoundedLevelsTest, FindsTheStepOfRoundedFractions) {
  const auto whole = AsMultiples(std::vector{1.0F, -1.0F / 7, 2.0F / 7, 5.0F / 7}, 127);

  ASSERT_TRUE(whole);
  EXPECT_THAT(whole->numbers, ElementsAre(7, -1, 2, 5));
}

TEST(RoundedLevelsTest, SaysSoIfThereIsNoStep) {
  EXPECT_FALSE(AsMultiples(std::vector{1.0F, 0.123F, 0.457F}, 127));
}

TEST(RoundedLevelsTest, TakesLevelsOfZero) {
  const auto whole = AsMultiples(std::vector{0.0F, 0.0F}, 127);

  ASSERT_TRUE(whole);
  EXPECT_THAT(whole->numbers, ElementsAre(0, 0));
}

TEST(RoundedLevelsTest, RoundsToHalfAStepAtMost) {
  const std::vector<float> levels = {-0.9F, -0.31F, 0.11F, 0.5F, 0.83F};

  const WholeLevels whole = RoundLevels(levels, {.range = 129});

  const auto [least, greatest] = std::ranges::minmax(whole.numbers);
  EXPECT_LE(greatest - least, 129);
  EXPECT_GE(greatest - least, 127);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    EXPECT_NEAR(static_cast<float>(whole.numbers[i]) * whole.step, levels[i], whole.step * 0.5001F);
  }
}

TEST(RoundedLevelsTest, KeepsLevelsOfOneSignWithinTheLimits) {
  const WholeLevels whole = RoundLevels(std::vector{0.2137F, 0.3713F, 1.0F}, {.range = 129});

  EXPECT_EQ(std::ranges::max(whole.numbers), 127);
}

}  // namespace
}  // namespace slipway::kernels
