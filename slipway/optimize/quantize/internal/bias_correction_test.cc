// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/bias_correction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace slipway::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

constexpr float kTolerance = 1e-5F;

// `weight` rounded to whole numbers.
std::vector<float> ShiftOf(const Tensor& weight, const WeightLayout& layout,
                           const std::vector<float>& means) {
  const QuantizedWeight whole =
      QuantizeWeight(weight, layout, std::vector<float>(layout.channels, 1.0F));
  return BiasShift(weight, whole, layout, means);
}

TEST(BiasCorrectionTest, IsWhatRoundingTakesFromTheMeanOutputOfAMatrix) {
  const Tensor weight = Tensor::Of<float>(Shape({2, 2}), std::vector<float>{1.25F, 2, 3, 3.75F});

  EXPECT_THAT(ShiftOf(weight, RowLayout(weight.shape()), {10, 100}),
              ElementsAre(FloatNear(2.5F, kTolerance), FloatNear(-25, kTolerance)));
  EXPECT_THAT(ShiftOf(weight, ColumnLayout(weight.shape()), {10, 100}),
              ElementsAre(FloatNear(2.5F, kTolerance), FloatNear(-25, kTolerance)));
}

TEST(BiasCorrectionTest, SumsUpThePlacesOfAKernel) {
  // One output channel, two inputs, three places.
  const Tensor weight =
      Tensor::Of<float>(Shape({1, 2, 3}), std::vector<float>{1.25F, 1.25F, 1, 2, 2, 1.75F});
  EXPECT_THAT(ShiftOf(weight, ConvolutionLayout(weight.shape()), {10, 100}),
              ElementsAre(FloatNear(5 - 25, kTolerance)));
}

TEST(BiasCorrectionTest, GivesEachGroupItsOwnInputs) {
  const Tensor weight = Tensor::Of<float>(Shape({2, 1, 1}), std::vector<float>{1.25F, 1.25F});
  EXPECT_THAT(ShiftOf(weight, ConvolutionLayout(weight.shape()), {10, 100}),
              ElementsAre(FloatNear(2.5F, kTolerance), FloatNear(25, kTolerance)));
}

}  // namespace
}  // namespace slipway::quantize
