// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_message.h"

#include <gtest/gtest.h>

#include <memory>

namespace slipway::api {
namespace {

TEST(HeadersTest, FindsTheFirstFieldOfAName) {
  Headers headers;
  headers.Add("accept", "a");
  headers.Add("x-tag", "1");
  headers.Add("x-tag", "2");

  EXPECT_EQ(headers.Find("x-tag"), "1");
  EXPECT_EQ(headers.Find("x-ta"), std::nullopt);
  EXPECT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[2], (std::pair<std::string_view, std::string_view>("x-tag", "2")));
}

TEST(HeadersTest, CountsTheBytesOfNamesAndValues) {
  Headers headers;
  headers.Add("ab", "cde");
  headers.Add("f", "");

  EXPECT_EQ(headers.text_bytes(), 6U);
}

TEST(HeadersTest, LetsNoValueForgeAField) {
  Headers headers;
  headers.Add("x-request-id", std::string_view("1\r\nset-cookie: a\0b", 18));

  EXPECT_EQ(headers.Find("x-request-id"), "1  set-cookie: a b");
}

TEST(HeadersTest, IsEmptyOnceCleared) {
  Headers headers;
  headers.Add("a", "b");
  headers.Clear();

  EXPECT_EQ(headers.size(), 0U);
  EXPECT_EQ(headers.Find("a"), std::nullopt);
}

TEST(HttpResponseTest, AddsUpTheSizesOfItsParts) {
  const auto owner = std::make_shared<const std::string>("shared");
  HttpResponse response;
  response.body.emplace_back("own");
  response.body.emplace_back(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});

  EXPECT_EQ(response.body_size(), 9U);
}

}  // namespace
}  // namespace slipway::api
