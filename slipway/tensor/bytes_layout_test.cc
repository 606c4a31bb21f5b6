// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/bytes_layout.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(BytesLayoutTest, ElementsComeBackAsTheyWentIn) {
  const std::string with_nul("a\0b", 3);
  std::string bytes;
  for (const std::string& element : {with_nul, std::string(), std::string("\xff")}) {
    ASSERT_OK(AppendBytesElement(bytes, element));
  }

  ASSERT_OK_AND_ASSIGN(const auto elements, SplitBytesElements(AsBytes(bytes), 3));

  EXPECT_THAT(elements, ElementsAre(with_nul, "", "\xff"));
}

TEST(BytesLayoutTest, RefusesALengthThatLies) {
  const std::string bytes(
      "\xff\xff\xff\xff"
      "ab",
      6);

  EXPECT_THAT(CheckBytesLayout(AsBytes(bytes), 1),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("element 0 of 1")));
}

TEST(BytesLayoutTest, RefusesACutLengthField) {
  EXPECT_THAT(CheckBytesLayout(AsBytes("\x01\x01"), 1),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("runs past the end")));
}

TEST(BytesLayoutTest, RefusesTooManyAndTooFewElements) {
  std::string bytes;
  ASSERT_OK(AppendBytesElement(bytes, "x"));

  EXPECT_THAT(CheckBytesLayout(AsBytes(bytes), 2),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("element 1 of 2")));
  EXPECT_THAT(CheckBytesLayout(AsBytes(bytes), 0),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("5 bytes")));
}

TEST(BytesLayoutTest, ALyingCountReservesNothing) {
  EXPECT_FALSE(SplitBytesElements(AsBytes("abc"), std::int64_t{1} << 62).has_value());
}

}  // namespace
}  // namespace slipway
