// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_status.h"

#include "slipway/base/testing/assert_ok.h"

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::HasSubstr;

Status StatusOf(std::string_view http, std::string_view grpc, std::string_view message) {
  GrpcOutcome outcome;
  if (!http.empty()) outcome.TakeField(":status", http);
  if (!grpc.empty()) outcome.TakeField("grpc-status", grpc);
  if (!message.empty()) outcome.TakeField("grpc-message", message);
  return outcome.ToStatus();
}

TEST(GrpcStatusTest, IsWellWithBothStatuses) { ASSERT_OK(StatusOf("200", "0", "")); }

TEST(GrpcStatusTest, DecodesTheServersMessage) {
  EXPECT_THAT(StatusOf("200", "5", "no model %22x%22 100%25 %zz%4"),
              FailsWith(ErrorCode::kNotFound, "no model \"x\" 100% %zz%4"));
}

TEST(GrpcStatusTest, MapsCodes) {
  EXPECT_THAT(StatusOf("200", "1", ""), FailsWith(ErrorCode::kCancelled, "gRPC status 1"));
  EXPECT_THAT(StatusOf("200", "3", "a"), FailsWith(ErrorCode::kInvalidArgument, "a"));
  EXPECT_THAT(StatusOf("200", "4", "a"), FailsWith(ErrorCode::kDeadlineExceeded, "a"));
  EXPECT_THAT(StatusOf("200", "8", "a"), FailsWith(ErrorCode::kResourceExhausted, "a"));
  EXPECT_THAT(StatusOf("200", "12", "a"), FailsWith(ErrorCode::kUnimplemented, "a"));
  EXPECT_THAT(StatusOf("200", "14", "a"), FailsWith(ErrorCode::kUnavailable, "a"));
  EXPECT_THAT(StatusOf("200", "16", "a"), FailsWith(ErrorCode::kPermissionDenied, "a"));
  EXPECT_THAT(StatusOf("200", "99", "a"), FailsWith(ErrorCode::kInternal, "a"));
}

TEST(GrpcStatusTest, ExplainsPeersThatDoNotSpeakGrpc) {
  EXPECT_THAT(StatusOf("404", "", ""), FailsWith(ErrorCode::kUnimplemented, HasSubstr("404")));
  EXPECT_THAT(StatusOf("503", "", ""), FailsWith(ErrorCode::kUnavailable, HasSubstr("503")));
  EXPECT_THAT(StatusOf("200", "", ""),
              FailsWith(ErrorCode::kInternal, HasSubstr("no gRPC status")));
  EXPECT_THAT(StatusOf("200", "x", ""),
              FailsWith(ErrorCode::kInternal, HasSubstr("no gRPC status")));
}

TEST(GrpcStatusTest, WritesAPrefixBigEndian) {
  EXPECT_EQ(GrpcPrefix(0x01020304), std::string("\0\1\2\3\4", kGrpcPrefixBytes));
}

}  // namespace
}  // namespace slipway::api::client
