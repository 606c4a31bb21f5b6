// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_response.h"

#include <gtest/gtest.h>

#include <variant>

namespace slipway::api {
namespace {

TEST(RestResponseTest, SaysErrorsAsJson) {
  const HttpResponse response = FailureResponse(NotFound("no \"m\""));

  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.Find("content-type"), "application/json");
  EXPECT_EQ(std::get<std::string>(response.body.at(0)), R"({"error":"no \"m\""})");
  EXPECT_FALSE(response.headers.Find("retry-after"));
}

TEST(RestResponseTest, SaysWhenToTryAgain) {
  for (const ErrorCode code : {ErrorCode::kResourceExhausted, ErrorCode::kUnavailable}) {
    EXPECT_EQ(FailureResponse(Error(code, "full")).headers.Find("retry-after"), "1");
  }
}

TEST(RestResponseTest, CanBeEmpty) {
  const HttpResponse response = EmptyResponse(400);

  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body_size(), 0U);
}

}  // namespace
}  // namespace slipway::api
