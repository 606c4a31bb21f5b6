// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_refusal.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

TEST(HttpRefusalTest, AnswersWithJson) {
  const HttpResponse response = RefusalResponse({413, "too \"big\""}, false);

  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.headers.Find("content-type"), "application/json");
  ASSERT_EQ(response.body.size(), 1U);
  EXPECT_EQ(std::get<std::string>(response.body[0]), R"({"error":"too \"big\""})");
}

TEST(HttpRefusalTest, AnswersAGrpcCallWithAStatusAndNoBody) {
  const HttpResponse response = RefusalResponse({413, "too big"}, true);

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Find("content-type"), "application/grpc");
  EXPECT_EQ(response.headers.Find("grpc-status"), "8");
  EXPECT_EQ(response.headers.Find("grpc-message"), "too big");
  EXPECT_TRUE(response.body.empty());
}

TEST(HttpRefusalTest, TellsGrpcTimeoutsLimitsAndOverloadApart) {
  const auto status = [](int http_status) {
    return std::string(*RefusalResponse({http_status, ""}, true).headers.Find("grpc-status"));
  };

  EXPECT_EQ(status(408), "4");
  EXPECT_EQ(status(431), "8");
  EXPECT_EQ(status(503), "14");
  EXPECT_EQ(status(400), "13");
}

TEST(HttpRefusalTest, KnowsAGrpcCallByItsContentType) {
  EXPECT_TRUE(IsGrpcType("application/grpc+proto"));
  EXPECT_FALSE(IsGrpcType("application/json"));
  EXPECT_FALSE(IsGrpcType(""));
}

}  // namespace
}  // namespace slipway::api
