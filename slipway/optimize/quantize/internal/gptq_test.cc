// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/gptq.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::size_t kDepth = 48;

std::vector<float> Normal(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

WeightMatrix Matrix() { return {.channels = 6, .depth = kDepth, .weights = Normal(6 * kDepth, 1)}; }

// Vectors whose elements depend on one another, as those of images do.
std::vector<float> CorrelatedVectors(std::size_t count) {
  std::vector<float> vectors = Normal(count * kDepth, 2);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (i % kDepth != 0) vectors[i] = 0.9F * vectors[i - 1] + 0.3F * vectors[i];
  }
  return vectors;
}

// The squared error of the products of `vectors` by `rounded` in place of `matrix`.
double OutputError(const WeightMatrix& matrix, const BlockWeights& rounded,
                   std::span<const float> vectors) {
  const WeightMatrix back = rounded.Dequantize();
  double sum = 0;
  for (std::size_t first = 0; first < vectors.size(); first += kDepth) {
    for (std::size_t channel = 0; channel < matrix.channels; ++channel) {
      double error = 0;
      for (std::size_t i = 0; i < kDepth; ++i) {
        error += (static_cast<double>(matrix.row(channel)[i]) - back.row(channel)[i]) *
                 vectors[first + i];
      }
      sum += error * error;
    }
  }
  return sum;
}

TEST(GptqTest, ChangesOutputsLessThanRoundingToTheNearestDoes) {
  const std::vector<float> vectors = CorrelatedVectors(300);
  SecondMoments moments(kDepth);
  moments.Add(vectors);
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ}) {
    const BlockFormat format = {.bits = bits, .block_size = 16};
    ASSERT_OK_AND_ASSIGN(const BlockWeights gptq, RoundByGptq(Matrix(), format, moments));

    const double nearest =
        OutputError(Matrix(), RoundToGrids(Matrix(), format, GridSearch::kRange), vectors);
    const double searched =
        OutputError(Matrix(), RoundToGrids(Matrix(), format, GridSearch::kHalfQuadratic), vectors);

    EXPECT_LT(OutputError(Matrix(), gptq, vectors), 0.6 * nearest) << bits;
    EXPECT_LT(OutputError(Matrix(), gptq, vectors), 0.8 * searched) << bits;
  }
}

TEST(GptqTest, RoundsToTheNearestWhereInputsDoNotDependOnOneAnother) {
  SecondMoments moments(kDepth);
  for (std::size_t i = 0; i < kDepth; ++i) {
    std::vector<float> unit(kDepth);
    unit[i] = 1;
    moments.Add(unit);
  }
  const BlockFormat format = {.bits = 4, .block_size = 16};

  ASSERT_OK_AND_ASSIGN(const BlockWeights gptq, RoundByGptq(Matrix(), format, moments));

  EXPECT_EQ(gptq.codes, RoundToGrids(Matrix(), format, GridSearch::kHalfQuadratic).codes);
}

TEST(GptqTest, TakesInputsThatAreAlwaysZero) {
  SecondMoments moments(kDepth);
  moments.Add(std::vector<float>(kDepth));

  ASSERT_OK_AND_ASSIGN(const BlockWeights gptq,
                       RoundByGptq(Matrix(), {.bits = 4, .block_size = 16}, moments));

  EXPECT_GT(SnrDbOf(gptq, Matrix()), 15);
}

TEST(GptqTest, RefusesMomentsThatDoNotFit) {
  EXPECT_THAT(RoundByGptq(Matrix(), {}, SecondMoments(3)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("moments of 3 inputs")));
  SecondMoments infinite(kDepth);
  infinite.Add(std::vector<float>(kDepth, std::numeric_limits<float>::max()));
  EXPECT_THAT(RoundByGptq(Matrix(), {}, infinite),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("too large")));
}

}  // namespace
}  // namespace slipway::quantize
