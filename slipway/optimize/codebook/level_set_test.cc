// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/level_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAre;

std::vector<LevelSet> AllSets() {
  std::vector<LevelSet> sets;
  for (std::size_t bits = LevelSet::kMinBits; bits <= LevelSet::kMaxBits; ++bits) {
    sets.push_back(LevelSet::Uniform(bits));
    sets.push_back(LevelSet::PowersOfTwo(bits));
    sets.push_back(LevelSet::AdditivePowersOfTwo(bits));
  }
  return sets;
}

TEST(LevelSetTest, HasEqualDistancesIfUniform) {
  EXPECT_THAT(LevelSet::Uniform(3).levels(),
              ElementsAre(-1, -2.0F / 3, -1.0F / 3, 0, 1.0F / 3, 2.0F / 3, 1));
}

TEST(LevelSetTest, HasPowersOfTwo) {
  EXPECT_THAT(LevelSet::PowersOfTwo(3).levels(), ElementsAre(-1, -0.5, -0.25, 0, 0.25, 0.5, 1));
  EXPECT_THAT(LevelSet::PowersOfTwo(2).levels(), ElementsAre(-1, 0, 1));
}

TEST(LevelSetTest, HasTheSumsOfTheApotPaperAtFourBits) {
  // {0, 1/2, 1/4, 1/16} + {0, 1/8}, over the largest, 5/8.
  const LevelSet set = LevelSet::AdditivePowersOfTwo(4);
  const std::vector<float> positive(set.levels().begin() + 8, set.levels().end());
  EXPECT_THAT(positive, ElementsAre(0.1F, 0.2F, 0.3F, 0.4F, 0.6F, 0.8F, 1));
}

TEST(LevelSetTest, HasTheSumsOfTheApotPaperAtFiveBits) {
  // {0, 1/2, 1/8, 1/32} + {0, 1/4, 1/16, 1/64}, over the largest, 3/4.
  const LevelSet set = LevelSet::AdditivePowersOfTwo(5);
  ASSERT_EQ(set.levels().size(), 31);
  EXPECT_FLOAT_EQ(set.levels()[16], 1.0F / 48);
  EXPECT_FLOAT_EQ(set.levels()[29], 0.5625F / 0.75F);
}

TEST(LevelSetTest, FitsItsCodesAndIsSymmetricWithZero) {
  for (const LevelSet& set : AllSets()) {
    const auto levels = set.levels();
    ASSERT_LE(levels.size(), 255);
    EXPECT_EQ(levels.size() % 2, 1);
    EXPECT_EQ(levels[levels.size() / 2], 0);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      EXPECT_EQ(levels[i], -levels[levels.size() - 1 - i]);
    }
    EXPECT_EQ(levels.back(), 1);
  }
}

TEST(LevelSetTest, UsesItsBits) {
  for (std::size_t bits = 2; bits <= 8; ++bits) {
    for (const LevelSet& set : {LevelSet::Uniform(bits), LevelSet::PowersOfTwo(bits),
                                LevelSet::AdditivePowersOfTwo(bits)}) {
      EXPECT_EQ(set.levels().size(), (1U << bits) - 1) << bits;
    }
  }
}

TEST(LevelSetTest, MapsEachNumberToANearestLevel) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, 0.5F);
  for (const LevelSet& set : AllSets()) {
    for (int i = 0; i < 500; ++i) {
      const float value = normal(random);
      const float distance = std::abs(value - set.levels()[set.Nearest(value)]);
      for (const float level : set.levels()) {
        EXPECT_LE(distance, std::abs(value - level) + 1e-6F);
      }
    }
  }
}

}  // namespace
}  // namespace slipway::codebook
