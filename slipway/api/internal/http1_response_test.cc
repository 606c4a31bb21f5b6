// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http1_response.h"

#include "slipway/api/testing/recording_handler.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

std::string WrittenResponse(HttpResponse response, const Http1ResponseForm& form) {
  OutputQueue output;
  WriteHttp1Response(std::move(response), form, "today", output);
  return output.text();
}

TEST(Http1ResponseTest, WritesStatusFieldsAndBody) {
  HttpResponse response = ResponseOf("abc");
  response.headers.Add("content-type", "text/plain");

  EXPECT_EQ(
      WrittenResponse(std::move(response), {}),
      "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\ndate: today\r\n\r\nabc");
}

TEST(Http1ResponseTest, SaysThatItIsTheLast) {
  EXPECT_EQ(WrittenResponse(ResponseOf("a"), {.keep_alive = false}),
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ndate: today\r\nconnection: close\r\n\r\na");
}

TEST(Http1ResponseTest, ConfirmsKeepAliveToAnOldClient) {
  EXPECT_EQ(
      WrittenResponse(ResponseOf("a"), {.version = HttpVersion::kHttp10}),
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ndate: today\r\nconnection: keep-alive\r\n\r\na");
}

TEST(Http1ResponseTest, SendsTheLengthButNoBodyToAHead) {
  EXPECT_EQ(WrittenResponse(ResponseOf("abc"), {.head_only = true}),
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ndate: today\r\n\r\n");
}

TEST(Http1ResponseTest, SendsNeitherWithAStatusThatHasNoBody) {
  HttpResponse response;
  response.status = 204;

  EXPECT_EQ(WrittenResponse(std::move(response), {}),
            "HTTP/1.1 204 No Content\r\ndate: today\r\n\r\n");
}

TEST(Http1ResponseTest, NamesStatusesThatItDoesNotKnow) {
  HttpResponse response;
  response.status = 499;

  EXPECT_EQ(WrittenResponse(std::move(response), {}).substr(0, 13), "HTTP/1.1 499 ");
}

}  // namespace
}  // namespace slipway::api
