// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/scale_search.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

namespace slipway::codebook {
namespace {

std::vector<float> SmallNormal(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.05F);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(random);
  return numbers;
}

TEST(ScaleSearchTest, FindsTheScaleOfNumbersThatAreLevels) {
  const LevelSet set = LevelSet::PowersOfTwo(4);
  std::vector<float> numbers;
  for (const float level : set.levels()) numbers.push_back(0.37F * level);

  const float scale = FindScale({.numbers = numbers}, set);

  EXPECT_FLOAT_EQ(scale, 0.37F);
  EXPECT_LT(ScaledError({.numbers = numbers}, set, scale), 1e-12);
}

TEST(ScaleSearchTest, IsNeverWorseThanTheLargestNumberAsScale) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const std::vector<float> numbers = SmallNormal(seed, 5 + seed * 7);
    const std::vector<float> squares = SmallNormal(seed + 100, numbers.size());
    std::vector<float> importance;
    for (const float square : squares) importance.push_back(square * square);
    for (const std::size_t bits : {2U, 4U, 6U}) {
      for (const LevelSet& set : {LevelSet::Uniform(bits), LevelSet::PowersOfTwo(bits),
                                  LevelSet::AdditivePowersOfTwo(bits)}) {
        const WeightedNumbers weighted = {.numbers = numbers, .importance = importance};
        EXPECT_LE(ScaledError(weighted, set, FindScale(weighted, set)),
                  ScaledError(weighted, set, LargestScale(numbers)));
      }
    }
  }
}

TEST(ScaleSearchTest, ClipsWhatIsFarOut) {
  std::vector<float> numbers = SmallNormal(1, 1000);
  numbers[0] = 0.5F;

  EXPECT_LT(FindScale({.numbers = numbers}, LevelSet::Uniform(3)), 0.3F);
}

TEST(ScaleSearchTest, FollowsTheNumbersThatCount) {
  const std::array<float, 3> numbers = {1.0F, 0.6F, 0.6F};
  const std::array<float, 3> importance = {0, 1, 1};

  const float scale =
      FindScale({.numbers = numbers, .importance = importance}, LevelSet::PowersOfTwo(2));

  EXPECT_FLOAT_EQ(scale, 0.6F);
}

TEST(ScaleSearchTest, TakesNumbersThatAreAllZeroOrHardlyThere) {
  const std::array<float, 2> zeros = {0, 0};
  EXPECT_EQ(FindScale({.numbers = zeros}, LevelSet::Uniform(4)), 0);
  const std::array<float, 2> tiny = {std::numeric_limits<float>::denorm_min(), 0};
  EXPECT_GT(FindScale({.numbers = tiny}, LevelSet::Uniform(4)), 0);
}

TEST(ScaleSearchTest, FindsAdditivePowersBetterThanPowersOnNormalNumbers) {
  const std::vector<float> numbers = SmallNormal(3, 500);
  const auto error = [&](const LevelSet& set) {
    return ScaledError({.numbers = numbers}, set, FindScale({.numbers = numbers}, set));
  };
  EXPECT_LT(error(LevelSet::AdditivePowersOfTwo(4)), error(LevelSet::PowersOfTwo(4)));
}

}  // namespace
}  // namespace slipway::codebook
