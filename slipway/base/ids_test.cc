// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/ids.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(ModelNameTest, AcceptsWhatPeopleCallModels) {
  for (const char* text : {"fashion", "ResNet50-v1.5", "_private", "7b", "a"}) {
    EXPECT_TRUE(ModelName::Parse(text).has_value()) << text;
  }
}

TEST(ModelNameTest, RefusesWhatIsNoSafePathComponent) {
  const std::string with_nul("a\0b", 3);
  for (const std::string& text : {std::string(".."), std::string("."), std::string("a/b"),
                                  std::string("a\\b"), std::string("-rf"), std::string("a%2e"),
                                  std::string("caf\xc3\xa9"), std::string("a b"), with_nul}) {
    EXPECT_THAT(ModelName::Parse(text), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("name")))
        << text;
  }
}

TEST(ModelNameTest, BoundsTheLength) {
  EXPECT_TRUE(ModelName::Parse(std::string(128, 'a')).has_value());
  EXPECT_THAT(ModelName::Parse(std::string(129, 'a')),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("129")));
  EXPECT_THAT(ModelName::Parse(""), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("empty")));
}

TEST(VersionIdTest, ReadsDecimalNumbers) {
  EXPECT_EQ(VersionId::Parse("1"), VersionId(1));
  EXPECT_EQ(VersionId::Parse("9223372036854775807")->number(), 9223372036854775807);
  EXPECT_EQ(ToString(VersionId(12)), "12");
}

TEST(VersionIdTest, RefusesEverythingElse) {
  for (const char* text : {"", "0", "01", "-1", "+1", "1.0", "1e3", "v1", " 1", "1 ",
                           "9223372036854775808", "99999999999999999999999"}) {
    EXPECT_THAT(VersionId::Parse(text),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("version")))
        << text;
  }
}

TEST(VersionIdTest, SortsAsNumbersDo) { EXPECT_LT(VersionId(9), VersionId(10)); }

}  // namespace
}  // namespace slipway
