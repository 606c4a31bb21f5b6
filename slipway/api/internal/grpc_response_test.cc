// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_response.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

TEST(GrpcResponseTest, EncodesMessagesForAHeader) {
  EXPECT_EQ(EncodeGrpcMessage("a \"b\" 100%\n\xc3\xa9"), "a \"b\" 100%25%0A%C3%A9");
}

TEST(GrpcResponseTest, AnswersWithTrailers) {
  const HttpResponse response = GrpcSuccess({});

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Find("content-type"), "application/grpc");
  EXPECT_TRUE(response.has_trailers);
  EXPECT_EQ(response.trailers.Find("grpc-status"), "0");
}

TEST(GrpcResponseTest, FailsWithTrailersOnly) {
  const HttpResponse response = GrpcFailure(GrpcStatus::kNotFound, "no\nmodel");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Find("grpc-status"), "5");
  EXPECT_EQ(response.headers.Find("grpc-message"), "no%0Amodel");
  EXPECT_FALSE(response.has_trailers);
  EXPECT_EQ(response.body_size(), 0U);
}

}  // namespace
}  // namespace slipway::api
