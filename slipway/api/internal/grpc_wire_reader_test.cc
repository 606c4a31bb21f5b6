// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_wire_reader.h"

#include "slipway/api/proto/inference.pb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace slipway::api {
namespace {

using ::testing::ElementsAre;

/// Whether all of `message` can be skipped.
bool Skips(std::string_view message) {
  WireReader reader(message);
  while (reader.Next()) reader.Skip();
  return reader.ok();
}

TEST(WireReaderTest, HandsOutFieldsInTheirOrder) {
  WireReader reader(std::string_view("\x0a\x02hi\x10\x96\x01\x0a\x00", 9));

  ASSERT_TRUE(reader.Next());
  ASSERT_TRUE(reader.Is(1, WireType::kLength));
  EXPECT_EQ(reader.ReadText(), "hi");
  ASSERT_TRUE(reader.Next());
  ASSERT_TRUE(reader.Is(2, WireType::kVarint));
  EXPECT_EQ(reader.ReadVarint(), 150U);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.ReadBytes(), "");
  EXPECT_FALSE(reader.Next());
  EXPECT_TRUE(reader.ok());
}

TEST(WireReaderTest, ReadsPackedAndSingleIntegers) {
  std::vector<std::int64_t> values;
  WireReader reader(std::string_view(
      "\x1a\x03\x01\x96\x01\x18\x05\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 18));

  while (reader.Next()) reader.ReadIntegers(values, 10);

  EXPECT_TRUE(reader.ok());
  EXPECT_THAT(values, ElementsAre(1, 150, 5, -1));
}

TEST(WireReaderTest, KeepsNoMoreIntegersThanAskedFor) {
  std::string bomb("\x1a\xe8\x07", 3);
  bomb += std::string(1000, '\1');
  std::vector<std::int64_t> values;
  WireReader reader(bomb);

  while (reader.Next()) reader.ReadIntegers(values, 17);

  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(values.size(), 17U);
}

TEST(WireReaderTest, RefusesBrokenMessages) {
  for (const std::string_view message : {
           std::string_view("\x0a", 1),                      // no length
           std::string_view("\x0a\x05hi", 4),                // cut short
           std::string_view("\x0a\xff\xff\xff\xff\x07", 6),  // 2 GiB
           std::string_view("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10),
           std::string_view("\x00\x01", 2),  // field 0
           std::string_view("\x0f\x01", 2),  // type 7
           std::string_view("\x0e\x01", 2),  // type 6
           std::string_view("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12),
           std::string_view("\x09\x01\x02", 3),              // cut fixed64
           std::string_view("\x0d\x01", 2),                  // cut fixed32
           std::string_view("\x0b", 1),                      // open group
           std::string_view("\x0b\x14", 2),                  // closed by another
           std::string_view("\x0c", 1),                      // never opened
           std::string_view("\xff\xff\xff\xff\xff\x01", 6),  // tag too long
       }) {
    EXPECT_FALSE(Skips(message));
  }
}

TEST(WireReaderTest, BoundsNestedGroups) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '\x0b') + std::string(depth, '\x0c');
  };

  EXPECT_TRUE(Skips(nested(50)));
  EXPECT_FALSE(Skips(nested(101)));
  EXPECT_FALSE(Skips(nested(100'000)));
}

TEST(WireReaderTest, RefusesTextThatIsNotUtf8) {
  WireReader reader("\x0a\x01\xff");

  ASSERT_TRUE(reader.Next());
  reader.ReadText();

  EXPECT_FALSE(reader.ok());
}

TEST(WireReaderTest, AgreesWithTheLibraryOnWhatIsAMessage) {
  std::mt19937 random(5);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(std::uniform_int_distribution<std::size_t>(0, 12)(random), '\0');
    for (char& c : bytes) {
      c = static_cast<char>(std::uniform_int_distribution<>(0, 3)(random) == 0
                                ? std::uniform_int_distribution<>(0, 255)(random)
                                : std::uniform_int_distribution<>(0, 0x2f)(random));
    }
    // A message without fields: all are unknown, and skipped.
    inference::ServerLiveRequest message;
    const bool library = message.ParseFromString(bytes);
    EXPECT_EQ(Skips(bytes), library) << ::testing::PrintToString(bytes);
    accepted += library ? 1 : 0;
  }
  EXPECT_GT(accepted, 1'000);
}

}  // namespace
}  // namespace slipway::api
