// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/json_writer.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace slipway {
namespace {

TEST(JsonWriterTest, SeparatesMembersAndElements) {
  JsonWriter writer;

  writer.BeginObject().Key("a").Number(1).Key("b").BeginArray().String("x").Bool(false).Null();
  writer.BeginObject().EndObject().EndArray().Key("c").Raw("[1,2]").EndObject();

  EXPECT_EQ(writer.text(), R"({"a":1,"b":["x",false,null,{}],"c":[1,2]})");
}

TEST(JsonWriterTest, StartsAgainAfterTake) {
  JsonWriter writer;
  writer.Number(1);

  EXPECT_EQ(writer.Take(), "1");
  writer.Number(2);

  EXPECT_EQ(writer.text(), "2");
}

TEST(JsonWriterTest, EscapesWhatJsonForbids) {
  EXPECT_EQ(JsonQuoted(std::string_view("\"\\\n\r\t\x01\x1f\0", 8)),
            R"("\"\\\n\r\t\u0001\u001f\u0000")");
}

TEST(JsonWriterTest, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(JsonQuoted("caf\xc3\xa9 \xf0\x9f\x9a\xa2"), "\"caf\xc3\xa9 \xf0\x9f\x9a\xa2\"");
  EXPECT_EQ(JsonQuoted("a\xff\xc3z"), "\"a\\ufffd\\ufffdz\"");
}

TEST(JsonWriterTest, WritesNumbersThatReadBackExactly) {
  for (const double value : {0.1, 1e300, -5e-324, 9007199254740993.0, 1.0 / 3}) {
    std::string text;
    AppendJsonNumber(text, value);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    EXPECT_EQ(back, value) << text;
  }
  std::string shortest;
  AppendJsonNumber(shortest, 0.1F);
  EXPECT_EQ(shortest, "0.1");
}

TEST(JsonWriterTest, KeepsWholeNumbersExact) {
  JsonWriter writer;

  writer.BeginArray().Number(std::numeric_limits<std::uint64_t>::max());
  writer.Number(std::numeric_limits<std::int64_t>::min()).EndArray();

  EXPECT_EQ(writer.text(), "[18446744073709551615,-9223372036854775808]");
}

TEST(JsonWriterTest, NeverWritesNanOrInfinity) {
  JsonWriter writer;

  writer.BeginArray()
      .Number(std::nan(""))
      .Number(std::numeric_limits<float>::infinity())
      .EndArray();

  EXPECT_EQ(writer.text(), "[null,null]");
}

}  // namespace
}  // namespace slipway
