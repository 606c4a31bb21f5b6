// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/adaptive_rounding.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/internal/gptq.h"
#include "slipway/optimize/quantize/testing/rounding_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::CorrelatedVectors;
using ::slipway::quantize::testing::kRoundingDepth;
using ::slipway::quantize::testing::OutputError;
using ::slipway::quantize::testing::RandomWeights;
using ::slipway::quantize::testing::SnrDb;
using ::slipway::testing::FailsWith;
using ::testing::Each;
using ::testing::HasSubstr;

TEST(AdaptiveRoundingTest, ChangesOutputsLessThanGptqDoes) {
  const std::vector<float> vectors = CorrelatedVectors(300);
  SecondMoments moments(kRoundingDepth);
  moments.Add(vectors);
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ, 8UZ}) {
    const BlockFormat format = {.bits = bits, .block_size = 16};
    ASSERT_OK_AND_ASSIGN(const BlockWeights gptq, RoundByGptq(RandomWeights(), format, moments));
    ASSERT_OK_AND_ASSIGN(const BlockWeights adaptive,
                         RoundAdaptively(RandomWeights(), format, moments));

    EXPECT_LT(OutputError(RandomWeights(), adaptive, vectors),
              0.95 * OutputError(RandomWeights(), gptq, vectors))
        << bits;
  }
}

TEST(AdaptiveRoundingTest, ChangesOutputsLessOnOtherInputsOfTheKindToo) {
  SecondMoments moments(kRoundingDepth);
  moments.Add(CorrelatedVectors(1000));
  const std::vector<float> others = CorrelatedVectors(300, 77);
  const BlockFormat format = {.bits = 3, .block_size = 16};

  ASSERT_OK_AND_ASSIGN(const BlockWeights gptq, RoundByGptq(RandomWeights(), format, moments));
  ASSERT_OK_AND_ASSIGN(const BlockWeights adaptive,
                       RoundAdaptively(RandomWeights(), format, moments));

  EXPECT_LT(OutputError(RandomWeights(), adaptive, others),
            OutputError(RandomWeights(), gptq, others));
}

TEST(AdaptiveRoundingTest, KeepsWeightsThatHaveCodesOfTheirOwn) {
  SecondMoments moments(kRoundingDepth);
  moments.Add(CorrelatedVectors(100));
  WeightMatrix matrix = RandomWeights();
  for (std::size_t i = 0; i < matrix.weights.size(); ++i) {
    matrix.weights[i] = static_cast<float>(i % 16) - 8;
  }

  ASSERT_OK_AND_ASSIGN(const BlockWeights rounded,
                       RoundAdaptively(matrix, {.bits = 4, .block_size = 16}, moments));

  EXPECT_EQ(rounded.Dequantize().weights, matrix.weights);
}

TEST(AdaptiveRoundingTest, TakesInputsThatAreAlwaysZeroAndWeightsOfZero) {
  SecondMoments moments(kRoundingDepth);
  moments.Add(std::vector<float>(kRoundingDepth));
  WeightMatrix zeros = RandomWeights();
  std::ranges::fill(zeros.weights, 0);
  const BlockFormat format = {.bits = 4, .block_size = 16};

  ASSERT_OK_AND_ASSIGN(const BlockWeights rounded,
                       RoundAdaptively(RandomWeights(), format, moments));
  ASSERT_OK_AND_ASSIGN(const BlockWeights rounded_zeros, RoundAdaptively(zeros, format, moments));

  EXPECT_GT(SnrDb(rounded, RandomWeights()), 15);
  EXPECT_THAT(rounded_zeros.Dequantize().weights, Each(0));
}

TEST(AdaptiveRoundingTest, RefusesMomentsThatDoNotFit) {
  EXPECT_THAT(RoundAdaptively(RandomWeights(), {}, SecondMoments(3)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("moments of 3 inputs")));
}

}  // namespace
}  // namespace slipway::quantize
