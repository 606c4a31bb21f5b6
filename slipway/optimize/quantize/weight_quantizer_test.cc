// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/weight_quantizer.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

constexpr unsigned kWeightSeed = 7;

Tensor RandomWeight(const Shape& shape) {
  std::mt19937 random(kWeightSeed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(shape.element_count()));
  for (float& value : values) value = normal(random);
  return Tensor::Of<float>(shape, values);
}

// Round half to even without the library's help.
int ReferenceCode(float weight, float scale) {
  const float quotient = weight / scale;
  const float below = std::floor(quotient);
  const float fraction = quotient - below;
  const int low = static_cast<int>(below);
  if (fraction > 0.5F) return low + 1;
  if (fraction < 0.5F) return low;
  return low % 2 == 0 ? low : low + 1;
}

Result<QuantizedWeight> Quantize(const Tensor& weight, const WeightLayout& layout,
                                 WeightRange range) {
  SLIPWAY_TRY_ASSIGN(std::vector<float> scales, WeightScales(weight, layout, range));
  return QuantizeWeight(weight, layout, std::move(scales));
}

class WeightRangeTest : public ::testing::TestWithParam<WeightRange> {};

TEST_P(WeightRangeTest, GivesEachWeightTheCodeOfTheFormula) {
  const Tensor weight = RandomWeight(Shape({8, 5, 3, 3}));
  const WeightLayout layout = ConvolutionLayout(weight.shape());

  ASSERT_OK_AND_ASSIGN(const QuantizedWeight quantized, Quantize(weight, layout, GetParam()));

  ASSERT_EQ(quantized.scales.size(), 8);
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    for (std::size_t i = 0; i < layout.depth; ++i) {
      const std::size_t index = channel * layout.depth + i;
      EXPECT_EQ(quantized.codes.elements<std::int8_t>()[index],
                ReferenceCode(weight.elements<float>()[index], quantized.scales[channel]));
    }
  }
}

TEST_P(WeightRangeTest, LosesHalfAStepAtMost) {
  const Tensor weight = RandomWeight(Shape({40, 6}));
  const WeightLayout layout = ColumnLayout(weight.shape());

  ASSERT_OK_AND_ASSIGN(const QuantizedWeight quantized, Quantize(weight, layout, GetParam()));

  for (std::size_t i = 0; i < 240; ++i) {
    const float scale = quantized.scales[i % 6];
    const auto code = static_cast<float>(quantized.codes.elements<std::int8_t>()[i]);
    EXPECT_NEAR(code * scale, weight.elements<float>()[i], 0.5001 * scale);
  }
}

INSTANTIATE_TEST_SUITE_P(AllRanges, WeightRangeTest,
                         ::testing::Values(WeightRange::kFull, WeightRange::kPairSafe,
                                           WeightRange::kReduced),
                         [](const auto& test) {
                           return std::string(test.param == WeightRange::kPairSafe
                                                  ? "PairSafe"
                                                  : WeightRangeName(test.param));
                         });

TEST(WeightQuantizerTest, UsesAllCodesInTheFullRange) {
  const Tensor weight = Tensor::Of<float>(Shape({2, 2}), std::vector<float>{1, -4, 0.5F, 0.25F});

  ASSERT_OK_AND_ASSIGN(const QuantizedWeight quantized,
                       Quantize(weight, RowLayout(weight.shape()), WeightRange::kFull));

  EXPECT_THAT(quantized.codes.elements<std::int8_t>(), ElementsAre(32, -127, 127, 64));
  EXPECT_THAT(quantized.scales, ElementsAre(FloatEq(4.0F / 127), FloatEq(0.5F / 127)));
}

TEST(WeightQuantizerTest, StaysWithin64InTheReducedRange) {
  const Tensor weight = Tensor::Of<float>(Shape({1, 3}), std::vector<float>{1, -1, 0.5F});

  ASSERT_OK_AND_ASSIGN(const QuantizedWeight quantized,
                       Quantize(weight, RowLayout(weight.shape()), WeightRange::kReduced));

  EXPECT_THAT(quantized.codes.elements<std::int8_t>(), ElementsAre(64, -64, 32));
}

TEST(WeightQuantizerTest, KeepsSumsOfNeighboursWithin128WhenPairSafe) {
  const Tensor weight = RandomWeight(Shape({64, 7, 3, 3}));
  const WeightLayout layout = ConvolutionLayout(weight.shape());

  ASSERT_OK_AND_ASSIGN(const QuantizedWeight quantized,
                       Quantize(weight, layout, WeightRange::kPairSafe));

  const auto codes = quantized.codes.elements<std::int8_t>();
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    for (std::size_t i = 1; i < layout.depth; ++i) {
      const int sum = codes[layout.IndexOf(channel, i - 1)] + codes[layout.IndexOf(channel, i)];
      EXPECT_LE(std::abs(sum), 128);
    }
  }
}

TEST(WeightQuantizerTest, LosesLessWhenPairSafeThanWhenReduced) {
  const Tensor weight = RandomWeight(Shape({16, 16, 3, 3}));
  const WeightLayout layout = ConvolutionLayout(weight.shape());

  ASSERT_OK_AND_ASSIGN(const QuantizedWeight full, Quantize(weight, layout, WeightRange::kFull));
  ASSERT_OK_AND_ASSIGN(const QuantizedWeight pair_safe,
                       Quantize(weight, layout, WeightRange::kPairSafe));
  ASSERT_OK_AND_ASSIGN(const QuantizedWeight reduced,
                       Quantize(weight, layout, WeightRange::kReduced));

  EXPECT_GT(full.change.snr_db, pair_safe.change.snr_db);
  EXPECT_GT(pair_safe.change.snr_db, reduced.change.snr_db + 2);
}

TEST(WeightQuantizerTest, FindsNoNoiseInWeightsThatAreCodes) {
  const Tensor weight = Tensor::Of<float>(Shape({1, 3}), std::vector<float>{127, -3, 64});

  ASSERT_OK_AND_ASSIGN(const QuantizedWeight quantized,
                       Quantize(weight, RowLayout(weight.shape()), WeightRange::kFull));

  EXPECT_TRUE(std::isinf(quantized.change.snr_db));
}

TEST(WeightQuantizerTest, GivesAChannelOfZerosScaleZero) {
  const Tensor weight = Tensor::Of<float>(Shape({2, 2}), std::vector<float>(4));

  EXPECT_THAT(*WeightScales(weight, RowLayout(weight.shape()), WeightRange::kFull), Each(0));
}

TEST(WeightQuantizerTest, RefusesWeightsThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor weight = Tensor::Of<float>(Shape({1, 2}), std::vector<float>{1, nan});

  EXPECT_THAT(WeightScales(weight, RowLayout(weight.shape()), WeightRange::kFull),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("index 1 is not finite")));
}

TEST(WeightQuantizerTest, ChoosesTheRangeByTheTarget) {
  EXPECT_EQ(WeightRangeFor(TargetCpu::kVnni), WeightRange::kFull);
  EXPECT_EQ(WeightRangeFor(TargetCpu::kAvx2), WeightRange::kPairSafe);
}

}  // namespace
}  // namespace slipway::quantize
