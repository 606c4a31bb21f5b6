// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/half_float.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slipway::api {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(HalfFloatTest, GivesBackEveryFloat16) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Float16 number{static_cast<std::uint16_t>(bits)};
    const float value = ToFloat(number);
    if (std::isnan(value)) continue;
    EXPECT_EQ(RoundToFloat16(value).bits, number.bits) << value;
  }
}

TEST(HalfFloatTest, GivesBackEveryBfloat16) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Bfloat16 number{static_cast<std::uint16_t>(bits)};
    const float value = ToFloat(number);
    if (std::isnan(value)) continue;
    EXPECT_EQ(RoundToBfloat16(value).bits, number.bits) << value;
  }
}

TEST(HalfFloatTest, KnowsTheValuesOfTheStandard) {
  EXPECT_EQ(ToFloat(Float16{0x3C00}), 1.0F);
  EXPECT_EQ(ToFloat(Float16{0x0001}), 0x1p-24F);
  EXPECT_EQ(ToFloat(Float16{0x7BFF}), 65504.0F);
  EXPECT_EQ(ToFloat(Float16{0xFC00}), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(ToFloat(Float16{0x7E00})));
  EXPECT_EQ(ToFloat(Bfloat16{0x3F80}), 1.0F);
}

TEST(HalfFloatTest, RoundsTiesToEven) {
  EXPECT_EQ(RoundToFloat16(1 + 0x1p-11).bits, 0x3C00);
  EXPECT_EQ(RoundToFloat16(1 + 0x3p-11).bits, 0x3C02);
  EXPECT_EQ(RoundToFloat16(1 + 0x1p-11 + 0x1p-50).bits, 0x3C01);
  EXPECT_EQ(RoundToFloat16(0x1p-25).bits, 0x0000);
  EXPECT_EQ(RoundToFloat16(0x1.8p-24).bits, 0x0002);
  EXPECT_EQ(RoundToBfloat16(1 + 0x1p-8).bits, 0x3F80);
  EXPECT_EQ(RoundToBfloat16(1 + 0x3p-8).bits, 0x3F82);
}

TEST(HalfFloatTest, BecomesInfiniteFromTheMiddleOfTheLastStepOn) {
  EXPECT_EQ(RoundToFloat16(65519.99).bits, 0x7BFF);
  EXPECT_EQ(RoundToFloat16(65520).bits, 0x7C00);
  EXPECT_EQ(RoundToFloat16(-1e300).bits, 0xFC00);
  EXPECT_EQ(RoundToFloat16(kInfinity).bits, 0x7C00);
  EXPECT_EQ(RoundToBfloat16(3.4e38).bits, 0x7F80);
  EXPECT_EQ(RoundToBfloat16(3.38e38).bits, 0x7F7E);
}

}  // namespace
}  // namespace slipway::api
