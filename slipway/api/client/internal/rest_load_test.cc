// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/rest_load.h"

#include "slipway/api/client/testing/recording_sink.h"
#include "slipway/base/testing/assert_ok.h"

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr SteadyTime kDue(std::chrono::seconds(1));

std::string Response(std::string_view body, std::string_view field = "X: y") {
  return fmt::format("HTTP/1.1 200 OK\r\n{}\r\nContent-Length: {}\r\n\r\n{}", field, body.size(),
                     body);
}

class RestLoadTest : public ::testing::Test {
 protected:
  LoadRequest request_ = {.bytes = "POST ...", .max_answer_bytes = 1'000};
  RecordingSink sink_;
  std::string output_;
};

TEST_F(RestLoadTest, CarriesOneRequestAtATime) {
  RestLoad load(request_);
  EXPECT_EQ(load.free_slots(), 1U);

  load.Begin(kDue, output_);

  EXPECT_EQ(output_, "POST ...");
  EXPECT_EQ(load.free_slots(), 0U);
  ASSERT_OK(load.Receive(Response("abc"), output_, sink_));
  EXPECT_EQ(load.free_slots(), 1U);
  ASSERT_EQ(sink_.answers().size(), 1U);
  EXPECT_EQ(sink_.answers()[0].due, kDue);
  ASSERT_OK(sink_.answers()[0].outcome);
}

TEST_F(RestLoadTest, ComparesBodiesInWhateverPiecesTheyCome) {
  request_.body_use = BodyUse::kCompare;
  request_.body = "abcdef";
  RestLoad load(request_);

  for (const std::string_view body : {"abcdef", "abcdeX", "abcde", "abcdefg"}) {
    load.Begin(kDue, output_);
    for (const char c : Response(body)) ASSERT_OK(load.Receive({&c, 1}, output_, sink_));
  }

  ASSERT_EQ(sink_.answers().size(), 4U);
  ASSERT_OK(sink_.answers()[0].outcome);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_THAT(sink_.answers()[i].outcome,
                FailsWith(ErrorCode::kInternal, HasSubstr("differs from the first")));
  }
}

TEST_F(RestLoadTest, CollectsTheBody) {
  request_.body_use = BodyUse::kCollect;
  RestLoad load(request_);

  load.Begin(kDue, output_);
  ASSERT_OK(load.Receive(Response("abc"), output_, sink_));

  EXPECT_EQ(request_.body, "abc");
}

TEST_F(RestLoadTest, ReportsTheServersError) {
  RestLoad load(request_);
  const std::string body = R"({"error":"no model"})";

  load.Begin(kDue, output_);
  ASSERT_OK(load.Receive(
      fmt::format("HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n{}", body.size(), body),
      output_, sink_));

  EXPECT_THAT(sink_.answers().at(0).outcome, FailsWith(ErrorCode::kNotFound, "no model"));
}

TEST_F(RestLoadTest, IsUsedUpWhenTheServerCloses) {
  RestLoad load(request_);

  load.Begin(kDue, output_);
  ASSERT_OK(load.Receive(Response("abc", "Connection: close"), output_, sink_));

  EXPECT_TRUE(load.used_up());
  EXPECT_EQ(load.free_slots(), 0U);
}

TEST_F(RestLoadTest, ReportsARequestOnceWhenItsConnectionIsLost) {
  RestLoad load(request_);
  load.Begin(kDue, output_);

  const Status ended = load.ReceiveEnd(sink_);
  ASSERT_FALSE(ended);
  load.Abandon(ended.error(), sink_);
  load.Abandon(ended.error(), sink_);

  ASSERT_EQ(sink_.answers().size(), 1U);
  EXPECT_THAT(sink_.answers()[0].outcome,
              FailsWith(ErrorCode::kUnavailable, HasSubstr("without an answer")));
}

TEST_F(RestLoadTest, RefusesBytesThatNobodyAskedFor) {
  RestLoad load(request_);

  EXPECT_THAT(load.Receive("HTTP/1.1 200 OK\r\n", output_, sink_),
              FailsWith(ErrorCode::kInternal, HasSubstr("follow the answer")));
}

}  // namespace
}  // namespace slipway::api::client
