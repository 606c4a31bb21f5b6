// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/float_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {
namespace {

std::string Spelled(float value) {
  std::array<char, kFloatRoom> text;
  return {text.data(), WriteFloats(text.data(), std::span(&value, 1))};
}

std::string SpelledByTheLibrary(float value) {
  std::array<char, kFloatRoom> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

TEST(FloatTextTest, WritesWhatTheStandardLibraryWrites) {
  // A prime: 429,000 floats of all magnitudes and both signs.
  constexpr std::uint32_t kStep = 10'007;
  for (std::uint64_t bits = 0; bits <= std::numeric_limits<std::uint32_t>::max(); bits += kStep) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isfinite(value) || value == 0) continue;
    ASSERT_EQ(Spelled(value), SpelledByTheLibrary(value)) << std::hex << bits;
  }
}

TEST(FloatTextTest, WritesEdgesOfTheFormat) {
  using Limits = std::numeric_limits<float>;
  for (const float value : {0.0F,
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

TEST(FloatTextTest, WritesManyWithCommasBetween) {
  std::vector<float> values;
  std::string wanted;
  for (int i = 0; i < 1'000; ++i) {
    // Lengths, signs and forms change from one to the next.
    values.push_back(std::ldexp(static_cast<float>(i * i - 500), i % 70 - 40));
    if (i > 0) wanted += ',';
    wanted += SpelledByTheLibrary(values.back());
  }
  std::string text(values.size() * kFloatRoom, '?');
  for (const std::size_t count : {0U, 1U, 63U, 64U, 65U, 1'000U}) {
    const char* const end = WriteFloats(text.data(), std::span(values).first(count));

    const std::string_view written(text.data(), end);
    EXPECT_TRUE(wanted.starts_with(written)) << written;
    EXPECT_EQ(std::ranges::count(written, ',') + 1,
              std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(count)));
    EXPECT_FALSE(written.ends_with(','));
  }
}

TEST(FloatTextTest, KeepsTheSignOfZero) {
  EXPECT_EQ(Spelled(-0.0F), "-0.0");
  EXPECT_EQ(Spelled(0.0F), "0");
}

TEST(FloatTextTest, WritesIntegersAndTenthsWithoutMore) {
  EXPECT_EQ(Spelled(8410250), "8410250");
  EXPECT_EQ(Spelled(-0.3F), "-0.3");
  EXPECT_EQ(Spelled(2.5e-8F), "2.5e-08");
}

}  // namespace
}  // namespace slipway::api
