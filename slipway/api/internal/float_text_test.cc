// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/float_text.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace slipway::api {
namespace {

std::string Spelled(float value) {
  std::array<char, kFloatRoom> text;
  return {text.data(), WriteFloat(text.data(), value)};
}

std::string SpelledByTheLibrary(float value) {
  std::array<char, kFloatRoom> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

TEST(FloatTextTest, WritesWhatTheStandardLibraryWrites) {
  constexpr std::uint32_t kStep =
      10'007;  // A prime: 429,000 floats of all magnitudes and both signs.
  for (std::uint64_t bits = 0; bits <= std::numeric_limits<std::uint32_t>::max(); bits += kStep) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(Spelled(value), SpelledByTheLibrary(value)) << std::hex << bits;
  }
}

TEST(FloatTextTest, WritesEdgesOfTheFormat) {
  using Limits = std::numeric_limits<float>;
  for (const float value : {0.0F,
                            -0.0F,
                            1.0F,
                            -1.0F,
                            0.1F,
                            0.5F,
                            100.0F,
                            1e-3F,
                            1e-4F,
                            1.25e-4F,
                            9.999999e-5F,
                            1e7F,
                            16777215.0F,
                            16777216.0F,
                            1e10F,
                            1e38F,
                            Limits::min(),
                            Limits::max(),
                            -Limits::max(),
                            Limits::denorm_min(),
                            -Limits::denorm_min(),
                            Limits::epsilon()}) {
    EXPECT_EQ(Spelled(value), SpelledByTheLibrary(value));
  }
  // Powers of two have a nearer neighbour below than above.
  for (int exponent = -149; exponent < 128; ++exponent) {
    const float value = std::ldexp(1.0F, exponent);
    EXPECT_EQ(Spelled(value), SpelledByTheLibrary(value));
  }
}

TEST(FloatTextTest, WritesRoundNumbers) {
  for (int number = 1; number <= 100'000; ++number) {
    for (const float scale : {1e-4F, 0.01F, 1.0F, 100.0F}) {
      const float value = static_cast<float>(number) * scale;
      ASSERT_EQ(Spelled(value), SpelledByTheLibrary(value));
    }
  }
}

TEST(FloatTextTest, WritesIntegersAndTenthsWithoutMore) {
  EXPECT_EQ(Spelled(8410250), "8410250");
  EXPECT_EQ(Spelled(-0.3F), "-0.3");
  EXPECT_EQ(Spelled(2.5e-8F), "2.5e-08");
}

}  // namespace
}  // namespace slipway::api
