// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/gptq.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/rounding_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::CorrelatedVectors;
using ::slipway::quantize::testing::kRoundingDepth;
using ::slipway::quantize::testing::OutputError;
using ::slipway::quantize::testing::RandomWeights;
using ::slipway::quantize::testing::SnrDb;
using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(GptqTest, ChangesOutputsLessThanRoundingToTheNearestDoes) {
  const std::vector<float> vectors = CorrelatedVectors(300);
  SecondMoments moments(kRoundingDepth);
  moments.Add(vectors);
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ}) {
    const BlockFormat format = {.bits = bits, .block_size = 16};
    ASSERT_OK_AND_ASSIGN(const BlockWeights gptq, RoundByGptq(RandomWeights(), format, moments));

    const double nearest = OutputError(
        RandomWeights(), RoundToGrids(RandomWeights(), format, GridSearch::kRange), vectors);
    const double searched =
        OutputError(RandomWeights(),
                    RoundToGrids(RandomWeights(), format, GridSearch::kHalfQuadratic), vectors);

    EXPECT_LT(OutputError(RandomWeights(), gptq, vectors), 0.6 * nearest) << bits;
    EXPECT_LT(OutputError(RandomWeights(), gptq, vectors), 0.8 * searched) << bits;
  }
}

TEST(GptqTest, RoundsToTheNearestWhereInputsDoNotDependOnOneAnother) {
  SecondMoments moments(kRoundingDepth);
  for (std::size_t i = 0; i < kRoundingDepth; ++i) {
    std::vector<float> unit(kRoundingDepth);
    unit[i] = 1;
    moments.Add(unit);
  }
  const BlockFormat format = {.bits = 4, .block_size = 16};

  ASSERT_OK_AND_ASSIGN(const BlockWeights gptq, RoundByGptq(RandomWeights(), format, moments));

  EXPECT_EQ(gptq.codes, RoundToGrids(RandomWeights(), format, GridSearch::kHalfQuadratic).codes);
}

TEST(GptqTest, TakesInputsThatAreAlwaysZero) {
  SecondMoments moments(kRoundingDepth);
  moments.Add(std::vector<float>(kRoundingDepth));

  ASSERT_OK_AND_ASSIGN(const BlockWeights gptq,
                       RoundByGptq(RandomWeights(), {.bits = 4, .block_size = 16}, moments));

  EXPECT_GT(SnrDb(gptq, RandomWeights()), 15);
}

TEST(GptqTest, RefusesMomentsThatDoNotFit) {
  EXPECT_THAT(RoundByGptq(RandomWeights(), {}, SecondMoments(3)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("moments of 3 inputs")));
  SecondMoments infinite(kRoundingDepth);
  infinite.Add(std::vector<float>(kRoundingDepth, std::numeric_limits<float>::max()));
  EXPECT_THAT(RoundByGptq(RandomWeights(), {}, infinite),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("too large")));
}

}  // namespace
}  // namespace slipway::quantize
