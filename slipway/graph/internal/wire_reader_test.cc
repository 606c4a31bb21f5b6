// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/wire_reader.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/testing/is_invalid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::graph {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

Result<WireReader::Field> First(std::string_view bytes) {
  return WireReader(AsBytes(bytes)).Next();
}

TEST(WireReaderTest, ReadsOneFieldAfterTheOther) {
  using namespace std::string_view_literals;
  WireReader reader(AsBytes("\x08\xAC\x02\x12\x02hi\x1D\0\0\0\0\x21\0\0\0\0\0\0\0\0"sv));

  ASSERT_OK_AND_ASSIGN(const WireReader::Field number, reader.Next());
  ASSERT_OK_AND_ASSIGN(const WireReader::Field text, reader.Next());
  ASSERT_OK_AND_ASSIGN(const WireReader::Field four, reader.Next());
  ASSERT_OK_AND_ASSIGN(const WireReader::Field eight, reader.Next());

  EXPECT_EQ(number.number, 1U);
  EXPECT_EQ(number.varint, 300U);
  EXPECT_EQ(text.number, 2U);
  EXPECT_EQ(AsText(text.bytes), "hi");
  EXPECT_EQ(four.type, WireReader::Type::kFixed32);
  EXPECT_EQ(eight.type, WireReader::Type::kFixed64);
  EXPECT_TRUE(reader.AtEnd());
}

TEST(WireReaderTest, ReadsTheLargestNumber) {
  ASSERT_OK_AND_ASSIGN(const WireReader::Field field,
                       First("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"));

  EXPECT_EQ(field.varint, std::numeric_limits<std::uint64_t>::max());
}

TEST(WireReaderTest, RefusesWhatIsCutShort) {
  EXPECT_THAT(First("\x08"), IsInvalid("cut short"));
  EXPECT_THAT(First("\x08\x80"), IsInvalid("cut short"));
  EXPECT_THAT(First("\x12\x05hi"), IsInvalid("5 bytes is cut short: 2 are left"));
  EXPECT_THAT(First("\x1D\x01"), IsInvalid("cut short"));
  EXPECT_THAT(First("\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), IsInvalid("cut short"));
}

TEST(WireReaderTest, RefusesWhatNoMessageHas) {
  EXPECT_THAT(First("\x0B"), IsInvalid("wire type 3"));
  EXPECT_THAT(First("\x0F"), IsInvalid("wire type 7"));
  EXPECT_THAT(First(std::string_view("\x00", 1)), IsInvalid("0 is not a field number"));
  EXPECT_THAT(First("\xFF\xFF\xFF\xFF\xFF\x01"), IsInvalid("not a field number"));
  EXPECT_THAT(First("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
              IsInvalid("more than 10 bytes"));
}

}  // namespace
}  // namespace slipway::graph
