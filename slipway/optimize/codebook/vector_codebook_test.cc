// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/vector_codebook.h"

#include "slipway/optimize/codebook/testing/normal_numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace slipway::codebook {
namespace {

double Distance(const WeightedVectors& vectors, std::size_t vector, std::span<const float> entry) {
  double sum = 0;
  for (std::size_t i = 0; i < vectors.length; ++i) {
    const std::size_t n = vector * vectors.length + i;
    const double off = static_cast<double>(vectors.numbers[n]) - entry[i];
    sum += (vectors.importance.empty() ? 1 : vectors.importance[n]) * off * off;
  }
  return sum;
}

TEST(VectorCodebookTest, FindsGroups) {
  std::vector<float> numbers;
  for (int i = 0; i < 30; ++i) {
    numbers.push_back(static_cast<float>(i % 3) * 10);
    numbers.push_back(static_cast<float>(i % 3) * -5);
  }
  const VectorCodebook found =
      FindVectorCodebook({.numbers = numbers, .length = 2}, {.entries = 3});
  EXPECT_LT(found.error, 1e-9);
}

TEST(VectorCodebookTest, GivesEachVectorANearestEntry) {
  const std::vector<float> numbers = Normal(1, 600);
  const std::vector<float> squares = Normal(2, 600);
  std::vector<float> importance;
  for (const float square : squares) importance.push_back(square * square);
  const WeightedVectors vectors = {.numbers = numbers, .length = 4, .importance = importance};

  const VectorCodebook found = FindVectorCodebook(vectors, {.entries = 9});

  double error = 0;
  for (std::size_t v = 0; v < vectors.count(); ++v) {
    const std::span<const float> entries = found.entries;
    const double distance = Distance(vectors, v, entries.subspan(found.codes[v] * 4UL, 4));
    error += distance;
    for (std::size_t e = 0; e < 9; ++e) {
      EXPECT_LE(distance, Distance(vectors, v, entries.subspan(e * 4, 4)) + 1e-5);
    }
  }
  EXPECT_NEAR(found.error, error, 1e-3);
}

TEST(VectorCodebookTest, GetsNoWorseWithMoreTurns) {
  const std::vector<float> numbers = Normal(3, 1000);
  double least = std::numeric_limits<double>::infinity();
  for (const std::size_t turns : {1U, 2U, 4U, 8U, 16U}) {
    const VectorCodebook found =
        FindVectorCodebook({.numbers = numbers, .length = 4}, {.entries = 16, .turns = turns});
    EXPECT_LE(found.error, least);
    least = found.error;
  }
}

TEST(VectorCodebookTest, IsTheSameForTheSameSeed) {
  const std::vector<float> numbers = Normal(4, 1000);
  const WeightedVectors vectors = {.numbers = numbers, .length = 5};
  EXPECT_EQ(FindVectorCodebook(vectors, {.entries = 16, .seed = 8}).entries,
            FindVectorCodebook(vectors, {.entries = 16, .seed = 8}).entries);
}

TEST(VectorCodebookTest, TakesFewerVectorsThanEntries) {
  const std::vector<float> numbers = {1, 2, 3, 4};
  const VectorCodebook found =
      FindVectorCodebook({.numbers = numbers, .length = 2}, {.entries = 16});
  EXPECT_EQ(found.entries.size(), 32);
  EXPECT_EQ(found.error, 0);
}

TEST(VectorCodebookTest, TakesVectorsThatDoNotCount) {
  const std::vector<float> numbers = Normal(5, 200);
  const std::vector<float> importance(200, 0);
  const VectorCodebook found = FindVectorCodebook(
      {.numbers = numbers, .length = 2, .importance = importance}, {.entries = 4});
  EXPECT_EQ(found.error, 0);
}

}  // namespace
}  // namespace slipway::codebook
