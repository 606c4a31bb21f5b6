// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/scalar_codebook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Le;

std::vector<float> Numbers(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(random);
  return numbers;
}

// The least error of cutting sorted numbers into `runs` runs, by trying all cuts.
double LeastError(std::span<const float> sorted, std::size_t runs) {
  if (sorted.empty()) return 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t head = runs == 1 ? sorted.size() : 1; head <= sorted.size(); ++head) {
    double mean = 0;
    for (const float number : sorted.first(head)) mean += number / static_cast<double>(head);
    double error = 0;
    for (const float number : sorted.first(head)) error += (number - mean) * (number - mean);
    if (runs > 1) error += LeastError(sorted.subspan(head), runs - 1);
    least = std::min(least, error);
  }
  return least;
}

TEST(ScalarCodebookTest, FindsGroups) {
  const std::vector<float> numbers = {5, 1, 5.2F, 1.2F, -3, 4.8F};
  const auto codebook = ScalarCodebook::Fit({.numbers = numbers}, 3);
  EXPECT_THAT(codebook.entries(), ElementsAre(-3, FloatNear(1.1F, 1e-6F), FloatNear(5, 1e-6F)));
}

TEST(ScalarCodebookTest, IsAsGoodAsTheBestOfAllCuts) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    std::vector<float> numbers = Numbers(seed, 11);
    const auto codebook = ScalarCodebook::Fit({.numbers = numbers}, 4);
    std::ranges::sort(numbers);
    EXPECT_NEAR(codebook.Error({.numbers = numbers}), LeastError(numbers, 4), 1e-6);
  }
}

TEST(ScalarCodebookTest, ComesCloseToLloydMaxOnManyNormalNumbers) {
  const std::vector<float> numbers = Numbers(9, 10'000);
  const auto codebook = ScalarCodebook::Fit({.numbers = numbers}, 4);
  // Max 1960: four levels on a normal distribution leave 0.1175 of its variance.
  EXPECT_NEAR(codebook.Error({.numbers = numbers}) / 10'000, 0.1175, 0.005);
}

TEST(ScalarCodebookTest, FollowsTheNumbersThatCount) {
  const std::vector<float> numbers = {0, 1, 10};
  const std::vector<float> importance = {1, 3, 0};
  const auto codebook = ScalarCodebook::Fit({.numbers = numbers, .importance = importance}, 1);
  EXPECT_THAT(codebook.entries(), ElementsAre(0.75F));
}

TEST(ScalarCodebookTest, MapsEachNumberToANearestEntry) {
  const std::vector<float> numbers = Numbers(2, 300);
  const auto codebook = ScalarCodebook::Fit({.numbers = numbers}, 7);
  for (const float number : numbers) {
    const float distance = std::abs(number - codebook.entries()[codebook.Nearest(number)]);
    for (const float entry : codebook.entries()) {
      EXPECT_THAT(distance, Le(std::abs(number - entry) + 1e-6F));
    }
  }
}

TEST(ScalarCodebookTest, FillsUpWhenThereAreFewerNumbersThanEntries) {
  const std::vector<float> numbers = {2, 1};
  const auto codebook = ScalarCodebook::Fit({.numbers = numbers}, 4);
  EXPECT_EQ(codebook.entries().size(), 4);
  EXPECT_EQ(codebook.Error({.numbers = numbers}), 0);
}

TEST(ScalarCodebookTest, TakesEqualNumbers) {
  const std::vector<float> numbers(100, 0.25F);
  const auto codebook = ScalarCodebook::Fit({.numbers = numbers}, 16);
  EXPECT_NEAR(codebook.Error({.numbers = numbers}), 0, 1e-12);
}

}  // namespace
}  // namespace slipway::codebook
