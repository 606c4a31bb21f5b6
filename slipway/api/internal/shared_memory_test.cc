// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/shared_memory.h"

#include "slipway/api/testing/shared_memory_object.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

class SharedMemoryTest : public ::testing::Test {
 protected:
  SharedMemoryPlace Place(std::uint64_t offset, std::uint64_t byte_size) const {
    return {.name = "r", .key = object_.key(), .offset = offset, .byte_size = byte_size};
  }

  SharedMemoryObject object_{"0123456789"};
  SharedMemoryRegions regions_;
};

TEST_F(SharedMemoryTest, ReadsAndWritesARange) {
  ASSERT_OK(regions_.Register(Place(2, 6)));
  ASSERT_OK_AND_ASSIGN(const SharedMemoryRange range, regions_.Find("r", 1, 3));
  std::array<std::byte, 3> bytes = {};

  ASSERT_OK(range.region->Read(range.offset, bytes));
  ASSERT_OK(range.region->Write(range.offset, AsBytes("abc")));

  EXPECT_EQ(AsText(bytes), "345");
  EXPECT_EQ(object_.Contents(), "012abc6789");
}

TEST_F(SharedMemoryTest, RefusesRangesOutsideTheRegion) {
  ASSERT_OK(regions_.Register(Place(2, 6)));

  ASSERT_OK(regions_.Find("r", 0, 6));
  ASSERT_OK(regions_.Find("r", 6, 0));
  for (const auto& [offset, size] :
       {std::pair{0UL, 7UL}, {6UL, 1UL}, {7UL, 0UL}, {kHuge, 1UL}, {1UL, kHuge}, {kHuge, kHuge}}) {
    EXPECT_THAT(regions_.Find("r", offset, size),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr(std::to_string(offset))));
  }
  EXPECT_THAT(regions_.Find("other", 0, 1), FailsWith(ErrorCode::kNotFound, HasSubstr("other")));
}

TEST_F(SharedMemoryTest, RefusesRegionsOutsideTheObject) {
  ASSERT_OK(SharedMemoryRegion::Open(Place(0, 10)));
  for (const auto& [offset, size] : {std::pair{0UL, 11UL},
                                     {10UL, 1UL},
                                     {11UL, 1UL},
                                     {kHuge, 2UL},
                                     {2UL, kHuge},
                                     {kHuge, kHuge},
                                     {0UL, 0UL}}) {
    EXPECT_THAT(regions_.Register(Place(offset, size)),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("byte_size")));
  }
}

TEST_F(SharedMemoryTest, RefusesKeysThatNameNoObject) {
  for (const char* key : {"", "/", ".", "..", "/..", "/../etc/passwd", "a/b", "//a",
                          "/slipway-test-no-such-object"}) {
    EXPECT_THAT(regions_.Register({.name = "r", .key = key, .offset = 0, .byte_size = 1}),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("object")))
        << key;
  }
  EXPECT_FALSE(regions_.Register({.name = "", .key = object_.key(), .offset = 0, .byte_size = 1}));
}

TEST_F(SharedMemoryTest, RefusesANameThatIsTaken) {
  ASSERT_OK(regions_.Register(Place(0, 1)));

  EXPECT_THAT(regions_.Register(Place(1, 1)),
              FailsWith(ErrorCode::kAlreadyExists, HasSubstr("\"r\"")));
}

TEST_F(SharedMemoryTest, SaysSoIfTheObjectBecameShorter) {
  ASSERT_OK(regions_.Register(Place(0, 10)));
  ASSERT_OK_AND_ASSIGN(const SharedMemoryRange range, regions_.Find("r", 0, 10));
  std::array<std::byte, 10> bytes = {};

  object_.Resize(4);

  EXPECT_THAT(range.region->Read(0, bytes),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("too short")));
  EXPECT_THAT(range.region->Write(0, bytes),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("4 bytes")));
  EXPECT_EQ(object_.Contents(), "0123");
}

TEST_F(SharedMemoryTest, ListsAndForgetsRegions) {
  ASSERT_OK(regions_.Register(Place(2, 6)));

  ASSERT_OK_AND_ASSIGN(const auto one, regions_.List("r"));
  EXPECT_EQ(one.at(0).offset, 2U);
  EXPECT_EQ(one.at(0).byte_size, 6U);
  EXPECT_THAT(regions_.List("x"), FailsWith(ErrorCode::kNotFound, HasSubstr("x")));
  ASSERT_OK_AND_ASSIGN(const SharedMemoryRange range, regions_.Find("r", 0, 1));

  regions_.Unregister("x");
  regions_.Unregister("r");

  ASSERT_OK_AND_ASSIGN(const auto none, regions_.List(std::nullopt));
  EXPECT_TRUE(none.empty());
  ASSERT_OK(range.region->Write(0, AsBytes("!")));
  EXPECT_EQ(object_.Contents(), "01!3456789");
  ASSERT_OK(regions_.Register(Place(0, 1)));
  regions_.UnregisterAll();
  EXPECT_FALSE(regions_.Find("r", 0, 1));
}

}  // namespace
}  // namespace slipway::api
