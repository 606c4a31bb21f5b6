// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_framing.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using std::chrono::nanoseconds;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(GrpcFramingTest, TakesExactlyOneMessage) {
  ASSERT_OK_AND_ASSIGN(const std::string_view message,
                       UnframeGrpcMessage(std::string_view("\0\0\0\0\2hi", 7)));
  ASSERT_OK_AND_ASSIGN(const std::string_view empty,
                       UnframeGrpcMessage(std::string_view("\0\0\0\0\0", 5)));

  EXPECT_EQ(message, "hi");
  EXPECT_EQ(empty, "");
}

TEST(GrpcFramingTest, RefusesWrongFrames) {
  for (const std::string_view body :
       {std::string_view(), std::string_view("\0\0\0\0", 4), std::string_view("\0\0\0\0\3hi", 7),
        std::string_view("\0\0\0\0\1hi", 7), std::string_view("\2\0\0\0\2hi", 7),
        std::string_view("\0\x7f\xff\xff\xff", 5), std::string_view("\0\xff\xff\xff\xff", 5)}) {
    EXPECT_THAT(UnframeGrpcMessage(body),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("gRPC message")));
  }
  EXPECT_THAT(UnframeGrpcMessage(std::string_view("\1\0\0\0\2hi", 7)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("compressed")));
  EXPECT_TRUE(CheckGrpcLength(std::string_view("\1\0\0\0\2hi", 7)));
}

TEST(GrpcFramingTest, WritesThePrefixThatItReads) {
  std::string framed = "?????" + std::string(300, 'x');

  WriteGrpcPrefix(framed, 300);

  ASSERT_OK_AND_ASSIGN(const std::string_view message, UnframeGrpcMessage(framed));
  EXPECT_EQ(message.size(), 300U);
}

TEST(GrpcFramingTest, ReadsTimeouts) {
  EXPECT_EQ(ParseGrpcTimeout("1n"), nanoseconds(1));
  EXPECT_EQ(ParseGrpcTimeout("2u"), nanoseconds(2us));
  EXPECT_EQ(ParseGrpcTimeout("100m"), nanoseconds(100ms));
  EXPECT_EQ(ParseGrpcTimeout("10S"), nanoseconds(10s));
  EXPECT_EQ(ParseGrpcTimeout("3M"), nanoseconds(3min));
  EXPECT_EQ(ParseGrpcTimeout("0H"), nanoseconds(0));
  EXPECT_EQ(ParseGrpcTimeout("99999999H"), nanoseconds::max());
}

TEST(GrpcFramingTest, RefusesTimeoutsThatAreNone) {
  for (const char* text : {"", "1", "S", "-1S", "+1S", "1s", "1.5S", "123456789S", "1S ", " 1S",
                           "99999999999999999999S", "1SS"}) {
    EXPECT_THAT(ParseGrpcTimeout(text),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("grpc-timeout")))
        << text;
  }
}

}  // namespace
}  // namespace slipway::api
