// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/response_extras.h"

#include "slipway/api/internal/rest_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace slipway::api {
namespace {

Headers SentFields(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  Headers headers;
  for (const auto& [name, value] : fields) headers.Add(name, value);
  return headers;
}

TEST(ResponseExtrasTest, AreNoneForMostRequests) {
  EXPECT_EQ(ReadResponseExtras(SentFields({{"host", "a"},
                                           {"accept-encoding", "identity"},
                                           {"x-request-id", ""},
                                           {"origin", "https://a.example"}}),
                               {}),
            nullptr);
}

TEST(ResponseExtrasTest, EchoTheRequestsId) {
  const auto extras = ReadResponseExtras(SentFields({{"x-request-id", "r-1"}}), {});
  HttpResponse response = FailureResponse(404, "nothing");

  extras->ApplyTo(response);

  EXPECT_EQ(response.headers.Find("x-request-id"), "r-1");
  EXPECT_FALSE(response.headers.Find("content-encoding"));
}

TEST(ResponseExtrasTest, CompressWhatSucceeded) {
  const auto extras = ReadResponseExtras(SentFields({{"accept-encoding", "gzip, br"}}), {});
  HttpResponse success = JsonResponse(200, R"({"a":1})");
  HttpResponse failure = FailureResponse(400, "wrong");
  HttpResponse empty = EmptyResponse(200);

  extras->ApplyTo(success);
  extras->ApplyTo(failure);
  extras->ApplyTo(empty);

  EXPECT_EQ(success.headers.Find("content-encoding"), "gzip");
  EXPECT_EQ(success.headers.Find("vary"), "accept-encoding");
  EXPECT_EQ(
      Decompress(std::get<std::string>(success.body.at(0)), ContentCoding::kGzip, 100).value(),
      R"({"a":1})");
  EXPECT_FALSE(failure.headers.Find("content-encoding"));
  EXPECT_FALSE(empty.headers.Find("content-encoding"));
  EXPECT_TRUE(empty.body.empty());
}

TEST(ResponseExtrasTest, TellBrowsersWhoMayRead) {
  const CorsPolicy one = {.allowed_origins = {"https://a.example"}};
  const CorsPolicy any = {.allowed_origins = {"*"}};
  HttpResponse named = EmptyResponse(200);
  HttpResponse open = EmptyResponse(200);

  ReadResponseExtras(SentFields({{"origin", "https://a.example"}}), one)->ApplyTo(named);
  ReadResponseExtras(SentFields({{"origin", "https://b.example"}}), any)->ApplyTo(open);

  EXPECT_EQ(named.headers.Find("access-control-allow-origin"), "https://a.example");
  EXPECT_EQ(named.headers.Find("vary"), "origin");
  EXPECT_EQ(open.headers.Find("access-control-allow-origin"), "*");
  EXPECT_EQ(ReadResponseExtras(SentFields({{"origin", "https://b.example"}}), one), nullptr);
}

}  // namespace
}  // namespace slipway::api
