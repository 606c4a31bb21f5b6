// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/second_moments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> OffsetNormal(std::size_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.5F, 1);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(random);
  return numbers;
}

TEST(SecondMomentsTest, AveragesTheProductsOfEachPairOfColumns) {
  SecondMoments moments(2);
  moments.Add(std::vector<float>{1, 2, 3, -4});

  EXPECT_THAT(moments.Mean(), ElementsAre(2, -1));
  EXPECT_THAT(moments.Matrix(0), ElementsAre(5, -5, -5, 10));
  EXPECT_THAT(moments.Covariance(0), ElementsAre(1, -3, -3, 9));
}

TEST(SecondMomentsTest, IsTheSameHoweverRowsAreGrouped) {
  constexpr std::size_t kColumnCount = 5;
  const std::vector<float> rows = OffsetNormal(37 * kColumnCount);
  SecondMoments at_once(kColumnCount);
  at_once.Add(rows);
  SecondMoments in_parts(kColumnCount);
  for (std::size_t row = 0; row < 37; row += 3) {
    const std::size_t count = std::min<std::size_t>(3, 37 - row);
    in_parts.Add(std::span(rows).subspan(row * kColumnCount, count * kColumnCount));
  }

  EXPECT_EQ(at_once.row_count(), in_parts.row_count());
  EXPECT_THAT(at_once.Matrix(0), Pointwise(FloatNear(1e-5F), in_parts.Matrix(0)));
}

TEST(SecondMomentsTest, LetsColumnsThatAreAlwaysZeroCountALittle) {
  SecondMoments moments(2);
  moments.Add(std::vector<float>{2, 0});

  EXPECT_THAT(moments.Matrix(0.1),
              ElementsAre(FloatNear(4.2F, 1e-6F), 0, 0, FloatNear(0.2F, 1e-6F)));
}

TEST(SecondMomentsTest, HasNoNegativeVariance) {
  SecondMoments moments(1);
  moments.Add(std::vector<float>(1000, 0.3F));

  EXPECT_THAT(moments.Covariance(0), ElementsAre(FloatNear(0, 1e-6F)));
  EXPECT_GE(moments.Covariance(0)[0], 0);
}

}  // namespace
}  // namespace slipway::codebook
