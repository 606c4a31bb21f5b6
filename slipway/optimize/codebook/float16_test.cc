// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slipway::codebook {
namespace {

TEST(Float16Test, GivesBackEveryFiniteNumber) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    if ((bits & 0x7C00U) == 0x7C00U) continue;
    const auto half = static_cast<std::uint16_t>(bits);
    ASSERT_EQ(ToFloat16(FromFloat16(half)), half);
  }
}

TEST(Float16Test, KnowsSomeNumbers) {
  EXPECT_EQ(ToFloat16(1.0F), 0x3C00);
  EXPECT_EQ(ToFloat16(-2.0F), 0xC000);
  EXPECT_EQ(ToFloat16(65504.0F), 0x7BFF);
  EXPECT_EQ(FromFloat16(0x0001), 0x1p-24F);
}

TEST(Float16Test, RoundsHalvesToEven) {
  EXPECT_EQ(ToFloat16(1.0F + 0x1p-11F), 0x3C00);
  EXPECT_EQ(ToFloat16(1.0F + 3 * 0x1p-11F), 0x3C02);
  EXPECT_EQ(ToFloat16(1.5F * 0x1p-24F), 0x0002);
}

TEST(Float16Test, TakesWhatIsNotFinite) {
  EXPECT_EQ(ToFloat16(65520.0F), 0x7C00);
  EXPECT_EQ(ToFloat16(-std::numeric_limits<float>::infinity()), 0xFC00);
  EXPECT_TRUE(std::isnan(FromFloat16(ToFloat16(std::nanf("")))));
}

}  // namespace
}  // namespace slipway::codebook
