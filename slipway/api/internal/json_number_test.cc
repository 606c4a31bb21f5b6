// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_number.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <string>

namespace slipway::api {
namespace {

template <typename T>
struct Reading {
  T value{};
  NumberFault fault = NumberFault::kNone;
  std::size_t length = 0;
};

template <typename T>
Reading<T> ReadText(const std::string& text) {
  Reading<T> reading;
  const NumberEnd end = ReadNumber(text.data(), text.data() + text.size() + 1, reading.value);
  reading.fault = end.fault;
  reading.length = static_cast<std::size_t>(end.end - text.data());
  return reading;
}

TEST(JsonNumberTest, RoundsToTheNearestFloatAsStrtofDoes) {
  for (const char* text : {"0",
                           "-0.0",
                           "0.1",
                           "1",
                           "255",
                           "0.3333333432674408",
                           "16777217",
                           "16777219",
                           "1e-40",
                           "1.17549435e-38",
                           "3.4028234e38",
                           "3.4028235677973365e38",
                           "1e-46",
                           "-1e-400",
                           "9007199791611905",
                           "1.00000017881393432617187499",
                           "1.00000017881393432617187500",
                           "0.000000000000000000000000000000000000011754943508222875",
                           "123456789012345678901234567890",
                           "1e22",
                           "1e23",
                           "8.5e-23",
                           "7.0064923216240853546186479164495e-46"}) {
    const Reading<float> reading = ReadText<float>(text);

    EXPECT_EQ(reading.fault, NumberFault::kNone) << text;
    EXPECT_EQ(std::bit_cast<std::uint32_t>(reading.value),
              std::bit_cast<std::uint32_t>(std::strtof(text, nullptr)))
        << text;
    EXPECT_EQ(reading.length, std::string(text).size());
  }
}

TEST(JsonNumberTest, RoundsRandomDecimalsAsTheLibraryDoes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const int precision = std::uniform_int_distribution<>(1, 21)(random);
    const double value = std::ldexp(std::uniform_real_distribution<>(-1, 1)(random),
                                    std::uniform_int_distribution<>(-140, 126)(random));
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "%.*g", precision, value);

    EXPECT_EQ(ReadText<float>(text.data()).value, std::strtof(text.data(), nullptr)) << text.data();
    EXPECT_EQ(ReadText<double>(text.data()).value, std::strtod(text.data(), nullptr))
        << text.data();
  }
}

TEST(JsonNumberTest, RoundsCorrectlyAroundTheMiddleOfTwoFloats) {
  std::mt19937 random(11);
  for (int i = 0; i < 2'000; ++i) {
    const float low = std::ldexp(std::uniform_real_distribution<float>(1, 2)(random), i % 60 - 30);
    const double middle = (static_cast<double>(low) + std::nextafter(low, 1e30F)) / 2;
    for (const double value :
         {middle, std::nextafter(middle, 0.0), std::nextafter(middle, 1e300)}) {
      std::array<char, 64> text;
      std::snprintf(text.data(), text.size(), "%.17g", value);

      EXPECT_EQ(ReadText<float>(text.data()).value, std::strtof(text.data(), nullptr))
          << text.data();
    }
  }
}

TEST(JsonNumberTest, RefusesWhatAFloatCannotHold) {
  EXPECT_EQ(ReadText<float>("3.5e38").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<float>("-1e39").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<double>("1e309").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<double>("1e99999999999999999999").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<double>("1e-99999999999999999999").fault, NumberFault::kNone);
  EXPECT_EQ(ReadText<double>("0e99999999999999999999").value, 0);
}

TEST(JsonNumberTest, KeepsWholeNumbersExact) {
  EXPECT_EQ(ReadText<std::uint64_t>("18446744073709551615").value, 18446744073709551615U);
  EXPECT_EQ(ReadText<std::int64_t>("-9223372036854775808").value,
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(ReadText<std::int64_t>("9223372036854775807").value,
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(ReadText<std::int8_t>("-128").value, -128);
  EXPECT_EQ(ReadText<std::uint8_t>("-0").value, 0);
  EXPECT_EQ(ReadText<std::uint8_t>("-0").fault, NumberFault::kNone);
}

TEST(JsonNumberTest, RefusesToWrapWholeNumbers) {
  EXPECT_EQ(ReadText<std::uint64_t>("18446744073709551616").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<std::uint64_t>("99999999999999999999").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<std::uint64_t>("111111111111111111111111").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<std::int64_t>("9223372036854775808").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<std::int64_t>("-9223372036854775809").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<std::int8_t>("128").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<std::uint8_t>("256").fault, NumberFault::kOutOfRange);
  EXPECT_EQ(ReadText<std::uint8_t>("-1").fault, NumberFault::kOutOfRange);
}

TEST(JsonNumberTest, RefusesFractionsWhereAWholeNumberIsWanted) {
  for (const char* text : {"1.5", "1.0", "1e2", "1E0"}) {
    EXPECT_EQ(ReadText<std::int32_t>(text).fault, NumberFault::kNotWhole) << text;
  }
}

TEST(JsonNumberTest, RefusesWhatJsonDoesNotCallANumber) {
  for (const char* text : {"", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "01", "-01", "NaN",
                           "Infinity", "-Infinity", "inf", "nan", "0x10", "x"}) {
    const Reading<double> reading = ReadText<double>(text);
    const bool is_whole_text = reading.length == std::string(text).size();

    EXPECT_TRUE(reading.fault == NumberFault::kNotANumber || !is_whole_text) << text;
  }
}

TEST(JsonNumberTest, StopsAtTheFirstCharacterThatIsNotItsOwn) {
  EXPECT_EQ(ReadText<double>("1.25,2").length, 4U);
  EXPECT_EQ(ReadText<double>("12345678901234567]").length, 17U);
  EXPECT_EQ(ReadText<std::int32_t>("7 ").length, 1U);
}

}  // namespace
}  // namespace slipway::api
