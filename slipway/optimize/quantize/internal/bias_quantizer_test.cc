// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/bias_quantizer.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> BackToFloat(const QuantizedBias& bias) {
  std::vector<float> values;
  for (std::size_t i = 0; i < bias.codes.size(); ++i) {
    values.push_back(static_cast<float>(bias.codes[i] * static_cast<double>(bias.scales[i])));
  }
  return values;
}

TEST(BiasQuantizerTest, UsesTheProductOfTheScales) {
  const std::vector<float> bias = {0.5F, -0.25F};

  const QuantizedBias quantized = QuantizeBias(bias, 0.5F, std::vector<float>{0.25F, 0.125F});

  EXPECT_THAT(quantized.scales, ElementsAre(0.125F, 0.0625F));
  EXPECT_THAT(quantized.codes, ElementsAre(4, -4));
}

TEST(BiasQuantizerTest, LeavesOrdinaryScalesAlone) {
  const std::vector<float> scales = {0.01F, 0.02F};
  const std::vector<float> bias = {1, -3};

  ASSERT_OK_AND_ASSIGN(const std::vector<float> kept, ScalesThatHoldBias(scales, bias, 0.05F));

  EXPECT_EQ(kept, scales);
}

TEST(BiasQuantizerTest, WidensAScaleThatWouldOverflowTheBias) {
  const std::vector<float> bias = {100};

  ASSERT_OK_AND_ASSIGN(const std::vector<float> scales, ScalesThatHoldBias({1e-9F}, bias, 0.01F));
  const QuantizedBias quantized = QuantizeBias(bias, 0.01F, scales);

  EXPECT_GT(scales[0], 1e-9F);
  EXPECT_LE(std::abs(quantized.codes[0]), (1 << 30) + 128);
  EXPECT_NEAR(BackToFloat(quantized)[0], 100, 1e-4);
}

TEST(BiasQuantizerTest, KeepsTheBiasOfAChannelWithoutWeights) {
  const std::vector<float> bias = {0.001F};

  ASSERT_OK_AND_ASSIGN(const std::vector<float> scales, ScalesThatHoldBias({0}, bias, 0.02F));

  EXPECT_NEAR(BackToFloat(QuantizeBias(bias, 0.02F, scales))[0], 0.001, 1e-9);
}

TEST(BiasQuantizerTest, GivesAChannelOfNothingAnyPositiveScale) {
  ASSERT_OK_AND_ASSIGN(const std::vector<float> with_bias,
                       ScalesThatHoldBias({0}, std::vector<float>{0}, 0.02F));
  ASSERT_OK_AND_ASSIGN(const std::vector<float> without_bias, ScalesThatHoldBias({0}, {}, 0.02F));

  EXPECT_THAT(with_bias, ElementsAre(1));
  EXPECT_THAT(without_bias, ElementsAre(1));
}

TEST(BiasQuantizerTest, KeepsTheProductOfTinyScalesNormal) {
  ASSERT_OK_AND_ASSIGN(const std::vector<float> scales, ScalesThatHoldBias({1e-20F}, {}, 1e-30F));

  EXPECT_TRUE(std::isnormal(scales[0] * 1e-30F));
}

TEST(BiasQuantizerTest, RefusesWhatFloat32CannotHold) {
  EXPECT_THAT(ScalesThatHoldBias({1e20F}, {}, 1e20F),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("beyond float32")));
  const std::vector<float> infinite = {std::numeric_limits<float>::infinity()};
  EXPECT_THAT(ScalesThatHoldBias({1}, infinite, 1),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("index 0 is not finite")));
}

}  // namespace
}  // namespace slipway::quantize
