// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/affine_scale.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr unsigned kSeed = 20'24;

// Ranges of all magnitudes and offsets.
ValueRange RandomRange(std::mt19937& random) {
  std::uniform_real_distribution<float> exponent(-12, 12);
  std::normal_distribution<float> normal;
  const float size = std::pow(10.0F, exponent(random));
  const float a = normal(random) * size;
  const float b = normal(random) * size;
  return {std::min(a, b), std::max(a, b)};
}

TEST(AffineScaleTest, RoundsHalvesToTheEvenInteger) {
  EXPECT_EQ(RoundHalfToEven(0.5), 0);
  EXPECT_EQ(RoundHalfToEven(1.5), 2);
  EXPECT_EQ(RoundHalfToEven(2.5), 2);
  EXPECT_EQ(RoundHalfToEven(-0.5), 0);
  EXPECT_EQ(RoundHalfToEven(-1.5), -2);
  EXPECT_EQ(RoundHalfToEven(2.4999), 2);
}

TEST(AffineScaleTest, GivesZeroACodeOfItsOwnWhateverTheRange) {
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    const ValueRange range = RandomRange(random);

    ASSERT_OK_AND_ASSIGN(const AffineScale scale, Uint8Scale(range));

    EXPECT_TRUE(std::isnormal(scale.scale));
    EXPECT_GT(scale.scale, 0);
    EXPECT_EQ(QuantizeToUint8(0, scale), scale.zero_point);
    EXPECT_EQ(Dequantize(scale.zero_point, scale), 0);
  }
}

TEST(AffineScaleTest, BringsEveryValueOfTheRangeBackWithinOneStep) {
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    const ValueRange range = RandomRange(random);
    ASSERT_OK_AND_ASSIGN(const AffineScale scale, Uint8Scale(range));
    std::uniform_real_distribution<float> inside(range.min, range.max);

    const float value = inside(random);
    const float back = Dequantize(QuantizeToUint8(value, scale), scale);

    // Half a step for the value and half a step for the zero point's own rounding.
    EXPECT_NEAR(back, value, 1.0001 * scale.scale) << range.min << " " << range.max;
  }
}

TEST(AffineScaleTest, CodesThatStandForANumberComeBackAsThemselves) {
  std::mt19937 random(kSeed);
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK_AND_ASSIGN(const AffineScale scale, Uint8Scale(RandomRange(random)));
    for (int code = 0; code < 256; ++code) {
      EXPECT_EQ(QuantizeToUint8(Dequantize(code, scale), scale), code);
    }
  }
}

TEST(AffineScaleTest, StartsAtZeroForARangeWithoutNegatives) {
  ASSERT_OK_AND_ASSIGN(const AffineScale scale, Uint8Scale({2, 6}));
  EXPECT_EQ(scale.zero_point, 0);
  EXPECT_FLOAT_EQ(scale.scale, 6.0F / 255);
}

TEST(AffineScaleTest, EndsAtZeroForARangeWithoutPositives) {
  ASSERT_OK_AND_ASSIGN(const AffineScale scale, Uint8Scale({-6, -2}));
  EXPECT_EQ(scale.zero_point, 255);
}

TEST(AffineScaleTest, NeverHasAScaleOfZero) {
  ASSERT_OK_AND_ASSIGN(const AffineScale zero, Uint8Scale({0, 0}));
  EXPECT_EQ(zero, (AffineScale{.scale = 1, .zero_point = 0}));
  ASSERT_OK_AND_ASSIGN(const AffineScale constant, Uint8Scale({3, 3}));
  EXPECT_FLOAT_EQ(Dequantize(QuantizeToUint8(3, constant), constant), 3);
  ASSERT_OK_AND_ASSIGN(const AffineScale tiny, Uint8Scale({0, 1e-44F}));
  EXPECT_TRUE(std::isnormal(tiny.scale));
}

TEST(AffineScaleTest, CutsOffWhatLiesOutside) {
  ASSERT_OK_AND_ASSIGN(const AffineScale scale, Uint8Scale({-1, 1}));
  EXPECT_EQ(QuantizeToUint8(kInfinity, scale), 255);
  EXPECT_EQ(QuantizeToUint8(-kInfinity, scale), 0);
  EXPECT_EQ(QuantizeToUint8(1e30F, scale), 255);
  EXPECT_EQ(QuantizeToInt8(1e30F, 0.5F), 127);
  EXPECT_EQ(QuantizeToInt8(-1e30F, 0.5F), -127);
}

TEST(AffineScaleTest, RefusesRangesThatAreNotFinite) {
  EXPECT_THAT(Uint8Scale({0, kInfinity}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("inf")));
  EXPECT_THAT(Uint8Scale({kNan, 1}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("nan")));
  EXPECT_THAT(Uint8Scale({1, -1}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("ordered")));
}

TEST(AffineScaleTest, JoinsRanges) { EXPECT_EQ(Union({-1, 2}, {0, 3}), (ValueRange{-1, 3})); }

}  // namespace
}  // namespace slipway::quantize
