// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/content_coding.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::uint64_t kMax = std::uint64_t{1} << 20U;

std::string Noise(std::size_t size) {
  std::mt19937 random(0);
  std::string noise(size, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  return noise;
}

std::string Compressed(std::string text, ContentCoding coding) {
  std::vector<BodyPart> parts;
  parts.emplace_back(std::move(text));
  return Compress(parts, coding);
}

TEST(ContentCodingTest, GivesBackWhatWasCompressed) {
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kDeflate}) {
    for (const std::string& text :
         {std::string(), std::string("a"), std::string(100'000, 'x'), Noise(200'000)}) {
      ASSERT_OK_AND_ASSIGN(const std::string back,
                           Decompress(Compressed(text, coding), coding, kMax));
      EXPECT_EQ(back, text);
    }
  }
}

TEST(ContentCodingTest, CompressesPartsAsOneBody) {
  const auto owner = std::make_shared<const std::string>("bytes");
  std::vector<BodyPart> parts;
  parts.emplace_back(std::string("text and "));
  parts.emplace_back(std::string());
  parts.emplace_back(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});

  ASSERT_OK_AND_ASSIGN(const std::string back, Decompress(Compress(parts, ContentCoding::kGzip),
                                                          ContentCoding::kGzip, kMax));

  EXPECT_EQ(back, "text and bytes");
}

TEST(ContentCodingTest, ReadsBareDeflateToo) {
  // "hello" by raw deflate with fixed codes.
  const std::string bare("\xcb\x48\xcd\xc9\xc9\x07\x00", 7);

  ASSERT_OK_AND_ASSIGN(const std::string back, Decompress(bare, ContentCoding::kDeflate, kMax));

  EXPECT_EQ(back, "hello");
}

TEST(ContentCodingTest, ReadsJoinedGzipMembers) {
  const std::string joined =
      Compressed("one ", ContentCoding::kGzip) + Compressed("two", ContentCoding::kGzip);

  ASSERT_OK_AND_ASSIGN(const std::string back, Decompress(joined, ContentCoding::kGzip, kMax));

  EXPECT_EQ(back, "one two");
}

TEST(ContentCodingTest, HoldsNoMoreThanIsAllowed) {
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kDeflate}) {
    const std::string bomb = Compressed(std::string(kMax, '\0'), coding);

    ASSERT_OK(Decompress(bomb, coding, kMax));
    EXPECT_THAT(Decompress(bomb, coding, kMax - 1),
                FailsWith(ErrorCode::kResourceExhausted, HasSubstr(std::to_string(kMax - 1))));
    EXPECT_THAT(Decompress(bomb, coding, 0),
                FailsWith(ErrorCode::kResourceExhausted, HasSubstr("0 bytes")));
  }
  const std::string many_bombs = [] {
    const std::string member = Compressed(std::string(1000, '\0'), ContentCoding::kGzip);
    std::string joined;
    for (int i = 0; i < 1000; ++i) joined += member;
    return joined;
  }();
  EXPECT_THAT(Decompress(many_bombs, ContentCoding::kGzip, 500'000),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("500000")));
}

TEST(ContentCodingTest, RefusesDamagedAndCutBodies) {
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kDeflate}) {
    const std::string whole = Compressed(Noise(1000), coding);
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      EXPECT_THAT(Decompress(whole.substr(0, size), coding, kMax),
                  FailsWith(ErrorCode::kInvalidArgument, HasSubstr("damaged")))
          << size;
    }
    std::string flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
    EXPECT_FALSE(Decompress(flipped, coding, kMax));
    EXPECT_FALSE(Decompress(whole + "x", coding, kMax));
    EXPECT_FALSE(Decompress("this is none", coding, kMax));
  }
}

TEST(ContentCodingTest, KnowsTheCodingsByName) {
  EXPECT_EQ(*ParseContentCoding("gzip"), ContentCoding::kGzip);
  EXPECT_EQ(*ParseContentCoding("GZip "), ContentCoding::kGzip);
  EXPECT_EQ(*ParseContentCoding("deflate"), ContentCoding::kDeflate);
  EXPECT_EQ(*ParseContentCoding("identity"), ContentCoding::kIdentity);
  EXPECT_EQ(*ParseContentCoding(""), ContentCoding::kIdentity);
  for (const char* value : {"br", "zstd", "gzip, gzip", "gzip,deflate", "gzi"}) {
    EXPECT_THAT(ParseContentCoding(value), FailsWith(ErrorCode::kUnimplemented, HasSubstr(value)));
  }
}

TEST(ContentCodingTest, ChoosesWhatIsWishedForMost) {
  EXPECT_EQ(ChooseContentCoding("gzip"), ContentCoding::kGzip);
  EXPECT_EQ(ChooseContentCoding("deflate"), ContentCoding::kDeflate);
  EXPECT_EQ(ChooseContentCoding("deflate, gzip"), ContentCoding::kGzip);
  EXPECT_EQ(ChooseContentCoding("gzip;q=0.5, deflate;q=0.7"), ContentCoding::kDeflate);
  EXPECT_EQ(ChooseContentCoding("br, gzip;q=0"), ContentCoding::kIdentity);
  EXPECT_EQ(ChooseContentCoding("identity"), ContentCoding::kIdentity);
  EXPECT_EQ(ChooseContentCoding(""), ContentCoding::kIdentity);
  EXPECT_EQ(ChooseContentCoding(",,;q=,x;q=nan,gzip;q=nan"), ContentCoding::kIdentity);
}

}  // namespace
}  // namespace slipway::api
