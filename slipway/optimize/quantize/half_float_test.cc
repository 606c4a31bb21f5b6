// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/half_float.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace slipway::quantize {
namespace {

constexpr float kInfiniteFloat = std::numeric_limits<float>::infinity();

TEST(HalfFloatTest, HasEachBinary16NumberAsItself) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = FromFloat16Bits(half);
    if (std::isnan(value)) continue;
    EXPECT_EQ(Float16Bits(value), half) << value;
  }
}

TEST(HalfFloatTest, HasEachBfloat16NumberAsItself) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = FromBfloat16Bits(half);
    if (std::isnan(value)) continue;
    EXPECT_EQ(Bfloat16Bits(value), half) << value;
  }
}

TEST(HalfFloatTest, RoundsBinary16ToTheNearestAndHalvesToTheEven) {
  EXPECT_EQ(FromFloat16Bits(Float16Bits(2049)), 2048);
  EXPECT_EQ(FromFloat16Bits(Float16Bits(2051)), 2052);
  EXPECT_EQ(FromFloat16Bits(Float16Bits(2049.01F)), 2050);
  EXPECT_EQ(FromFloat16Bits(Float16Bits(4095.9F)), 4096);
  EXPECT_EQ(Float16Bits(std::ldexp(1.0F, -26)), 0);
  EXPECT_EQ(Float16Bits(std::ldexp(1.1F, -25)), 1);
}

TEST(HalfFloatTest, IsWithinHalfAUnitOfTheLastBit) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> exponent(-13, 15);
  for (int i = 0; i < 10000; ++i) {
    const float value = std::exp2(exponent(random));
    EXPECT_NEAR(FromFloat16Bits(Float16Bits(value)), value, value / 2048);
    EXPECT_NEAR(FromBfloat16Bits(Bfloat16Bits(-value)), -value, value / 256);
  }
}

TEST(HalfFloatTest, MakesWhatIsTooLargeInfinite) {
  EXPECT_EQ(FromFloat16Bits(Float16Bits(65519.9F)), 65504);
  EXPECT_EQ(FromFloat16Bits(Float16Bits(65520)), kInfiniteFloat);
  EXPECT_EQ(FromFloat16Bits(Float16Bits(-1e30F)), -kInfiniteFloat);
  EXPECT_EQ(FromBfloat16Bits(Bfloat16Bits(std::numeric_limits<float>::max())), kInfiniteFloat);
}

TEST(HalfFloatTest, KeepsWhatIsNoNumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(FromFloat16Bits(Float16Bits(nan))));
  EXPECT_TRUE(std::isnan(FromBfloat16Bits(Bfloat16Bits(nan))));
  EXPECT_EQ(FromFloat16Bits(Float16Bits(-kInfiniteFloat)), -kInfiniteFloat);
}

}  // namespace
}  // namespace slipway::quantize
