// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/grids_by_inputs.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/rounding_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::CorrelatedVectors;
using ::slipway::quantize::testing::kRoundingDepth;
using ::slipway::quantize::testing::OutputError;
using ::slipway::quantize::testing::RandomWeights;
using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

SecondMoments CorrelatedMoments() {
  SecondMoments moments(kRoundingDepth);
  moments.Add(CorrelatedVectors(500));
  return moments;
}

TEST(GridsByInputsTest, BringsOutputsCloserThanGridsThatKnowNothingOfInputs) {
  const WeightMatrix matrix = RandomWeights();
  const std::vector<float> unseen = CorrelatedVectors(500, 3);
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ}) {
    SCOPED_TRACE(bits);
    const BlockFormat format = {.bits = bits, .block_size = 16};

    ASSERT_OK_AND_ASSIGN(const BlockWeights rounded,
                         RoundToGridsByInputs(matrix, format, CorrelatedMoments()));

    const double error = OutputError(matrix, rounded, unseen);
    for (const GridSearch search : {GridSearch::kRange, GridSearch::kHalfQuadratic}) {
      EXPECT_LT(error, OutputError(matrix, RoundToGrids(matrix, format, search), unseen));
    }
  }
}

TEST(GridsByInputsTest, RoundsEachWeightToTheNearestCode) {
  const WeightMatrix matrix = RandomWeights();
  const BlockFormat format = {.bits = 3, .block_size = 32};

  ASSERT_OK_AND_ASSIGN(const BlockWeights rounded,
                       RoundToGridsByInputs(matrix, format, CorrelatedMoments()));

  EXPECT_EQ(rounded.codes, RoundToGrids(matrix, format, rounded.grids).codes);
}

TEST(GridsByInputsTest, RefusesMomentsOfOtherInputs) {
  EXPECT_THAT(RoundToGridsByInputs(RandomWeights(), {}, SecondMoments(3)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("moments of 3 inputs")));
}

}  // namespace
}  // namespace slipway::quantize
