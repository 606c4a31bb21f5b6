// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_reader.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::literals;

Status Skip(const std::string& text) {
  JsonReader reader(text, text.size());
  SLIPWAY_TRY(reader.SkipValue());
  return reader.ReadEnd();
}

TEST(JsonReaderTest, WalksObjectsAndArrays) {
  const std::string text = R"( { "a" : [ 1 , 2 ] , "b" : { } , "a\u0062" : [ ] } )";
  JsonReader reader(text, text.size());
  std::vector<std::string> keys;

  ASSERT_OK(reader.ForEachMember([&](std::string_view key) {
    keys.emplace_back(key);
    return reader.SkipValue();
  }));

  ASSERT_OK(reader.ReadEnd());
  EXPECT_THAT(keys, ElementsAre("a", "b", "ab"));
}

TEST(JsonReaderTest, ReadsScalars) {
  const std::string text = R"(["x", -7, 2.5, true, false])";
  JsonReader reader(text, text.size());
  std::string word;
  int whole = 0;
  double number = 0;
  std::vector<bool> flags;
  int index = 0;

  ASSERT_OK(reader.ForEachElement([&]() -> Status {
    switch (index++) {
      case 0:
        return reader.AppendString(word);
      case 1:
        return reader.ReadNumber(whole);
      case 2:
        return reader.ReadNumber(number);
      default: {
        SLIPWAY_TRY_ASSIGN(const bool flag, reader.ReadBool());
        flags.push_back(flag);
        return {};
      }
    }
  }));

  EXPECT_EQ(word, "x");
  EXPECT_EQ(whole, -7);
  EXPECT_EQ(number, 2.5);
  EXPECT_THAT(flags, ElementsAre(true, false));
}

TEST(JsonReaderTest, UnescapesStrings) {
  const std::string text = R"("\"\\\/\b\f\n\r\t \u0000 \u00e9 \u20AC \ud83d\udea2 )"
                           "\xc3\xa9\x7f\"";
  JsonReader reader(text, text.size());

  ASSERT_OK_AND_ASSIGN(const std::string value, reader.ReadString());

  EXPECT_EQ(value, "\"\\/\b\f\n\r\t \0 \xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\xa2 \xc3\xa9\x7f"sv);
}

TEST(JsonReaderTest, RefusesStringsThatAreNotJson) {
  for (const char* text : {"\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
                           "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\xff\"", "\"\xc3\"", "\"\n\"",
                           "\"\x01\"", "\"\\", "\"\\u", "\"\xed\xa0\x80\""}) {
    EXPECT_THAT(Skip(text), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("JSON at byte")))
        << text;
  }
  EXPECT_FALSE(Skip(std::string("\"\0\"", 3)));
}

TEST(JsonReaderTest, RefusesBrokenDocuments) {
  for (const char* text : {"",           " ",        "{",
                           "}",          "[",        "]",
                           "[1",         "[1,",      "[1,]",
                           "[,1]",       "[1 2]",    "{\"a\"",
                           "{\"a\":",    "{\"a\":1", "{\"a\":1,",
                           "{\"a\":1,}", "{a:1}",    "{1:1}",
                           "{\"a\" 1}",  "[1}",      "{\"a\":1]",
                           "tru",        "truex",    "nul",
                           "1 2",        "[]]",      "01",
                           "+1",         "'a'",      "NaN",
                           "[Infinity]", "// x",     "\xef\xbb\xbf{}"}) {
    EXPECT_THAT(Skip(text), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("JSON at byte")))
        << text;
  }
}

TEST(JsonReaderTest, RefusesNestingBeyondItsLimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"\\u0061\":";

  EXPECT_TRUE(Skip(nested(64)));
  EXPECT_THAT(Skip(nested(65)), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("64 levels")));
  EXPECT_THAT(Skip(nested(100'000)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("64 levels")));
  EXPECT_THAT(Skip(std::string(1'000'000, '[')),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("64 levels")));
  EXPECT_THAT(Skip(objects), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("64 levels")));
}

TEST(JsonReaderTest, NeverReadsBeyondTheLengthItIsGiven) {
  const std::string text = R"({"a":12345678,"b":[true],"c":"tail"}   777 "]})";
  for (std::size_t length = 0; length < 36; ++length) {
    JsonReader reader(text, length);
    EXPECT_FALSE(reader.SkipValue()) << length;
  }

  JsonReader reader(text, 36);

  ASSERT_OK(reader.SkipValue());
  ASSERT_OK(reader.ReadEnd());
}

TEST(JsonReaderTest, SaysWhereAndWhatItFound) {
  const std::string text = R"({"a": "x"})";
  JsonReader reader(text, text.size());

  const Status status = reader.ForEachMember([&](std::string_view) {
    int value = 0;
    return reader.ReadNumber(value);
  });

  EXPECT_THAT(status, FailsWith(ErrorCode::kInvalidArgument,
                                "JSON at byte 6: expected a number, got a string"));
}

TEST(JsonReaderTest, ReadsAValueAgain) {
  const std::string text = R"([[1,2],3])";
  JsonReader reader(text, text.size());
  std::size_t begin = 0;

  ASSERT_OK(reader.ForEachElement([&]() -> Status {
    if (begin == 0) {
      reader.Peek();
      begin = reader.offset();
    }
    return reader.SkipValue();
  }));
  reader.ReturnTo(begin);

  ASSERT_OK(reader.SkipValue());
  EXPECT_EQ(reader.offset(), 6U);
}

}  // namespace
}  // namespace slipway::api
