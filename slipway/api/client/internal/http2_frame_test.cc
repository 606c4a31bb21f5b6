// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/http2_frame.h"

#include <gtest/gtest.h>

namespace slipway::api::client {
namespace {

TEST(Http2FrameTest, ReadsTheHeaderThatItWrote) {
  std::string bytes;

  AppendHttp2Frame(bytes, {.type = Http2FrameType::kHeaders, .flags = 5, .stream = 0x01020304},
                   "abc");
  const Http2FrameHeader header = ReadHttp2FrameHeader(bytes);

  EXPECT_EQ(bytes, std::string("\0\0\3\1\5\1\2\3\4abc", 12));
  EXPECT_EQ(header.size, 3U);
  EXPECT_EQ(header.type, Http2FrameType::kHeaders);
  EXPECT_EQ(header.flags, 5);
  EXPECT_EQ(header.stream, 0x01020304U);
}

TEST(Http2FrameTest, IgnoresTheReservedBitOfAStream) {
  const std::string bytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9);

  EXPECT_EQ(ReadHttp2FrameHeader(bytes).size, 0xffffffU);
  EXPECT_EQ(ReadHttp2FrameHeader(bytes).stream, 0x7fffffffU);
}

TEST(Http2FrameTest, WritesNumbersBigEndian) {
  EXPECT_EQ(BigEndian32(0x01020304), "\1\2\3\4");
  EXPECT_EQ(ReadBigEndian32("\1\2\3\4"), 0x01020304U);
}

}  // namespace
}  // namespace slipway::api::client
