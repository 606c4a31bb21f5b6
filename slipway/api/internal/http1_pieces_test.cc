// SPDX-License-Identifier: Apache-2.0
// Responses of `Http1Session` that go in pieces.
#include "slipway/api/internal/http1_pieces.h"

#include "slipway/api/internal/http1_session.h"
#include "slipway/api/testing/recording_handler.h"
#include "slipway/api/testing/session_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Http1PiecesTest : public ::testing::Test {
 protected:
  void Receive(std::string_view text) { session.Receive(AsBytes(text)); }
  std::string Output() { return TakeOutput(session); }
  void Write(StreamStep step, std::string text = {}, std::size_t stream = 0) {
    HttpResponse content;
    if (!text.empty()) content.body.emplace_back(std::move(text));
    session.Write(harness.streams.at(stream).id, step, std::move(content));
  }
  RecordingObserver& observer(std::size_t stream = 0) { return *harness.streams[stream].observer; }

  SessionHarness harness;
  Http1Session session{harness.context()};
};

constexpr std::string_view kAsk = "GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(Http1PiecesTest, AnswersInChunks) {
  Receive(kAsk);
  ASSERT_EQ(harness.streams.size(), 1U);

  Write(StreamStep::kStart);
  EXPECT_THAT(Output(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                              HasSubstr("\r\ntransfer-encoding: chunked\r\n"),
                              Not(HasSubstr("content-length")), EndsWith("\r\n\r\n")));
  Write(StreamStep::kWrite, "hello");
  EXPECT_EQ(Output(), "5\r\nhello\r\n");
  Write(StreamStep::kWrite, std::string(300, 'x'));
  EXPECT_THAT(Output(), StartsWith("12c\r\nxxx"));
  Write(StreamStep::kFinish);
  EXPECT_EQ(Output(), "0\r\n\r\n");

  EXPECT_EQ(observer().sent, 305U);
  EXPECT_EQ(session.open_requests(), 0U);
  Receive(kAsk);
  EXPECT_EQ(harness.streams.size(), 2U) << "the connection goes on";
}

TEST_F(Http1PiecesTest, ReadsTheWholeBodyFirst) {
  Receive("POST /both HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
  EXPECT_THAT(harness.streams, IsEmpty());
  Receive("cd");

  ASSERT_EQ(harness.streams.size(), 1U);
  EXPECT_EQ(harness.streams[0].request.body, "abcd");
}

TEST_F(Http1PiecesTest, KeepsTheOrderOfPipelinedRequests) {
  Receive("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kAsk) +
          "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, "piece");
  session.Respond(harness.arrivals[1].id, ResponseOf("third"));
  EXPECT_THAT(Output(), IsEmpty());
  EXPECT_EQ(observer().sent, 0U);

  session.Respond(harness.arrivals[0].id, ResponseOf("first"));
  EXPECT_THAT(Output(), EndsWith("\r\n\r\n5\r\npiece\r\n"));
  EXPECT_EQ(observer().sent, 5U);
  Write(StreamStep::kFinish);

  EXPECT_THAT(Output(), AllOf(StartsWith("0\r\n\r\nHTTP/1.1 200 OK"), EndsWith("third")));
}

TEST_F(Http1PiecesTest, HoldsBackWhatTheClientDoesNotRead) {
  Receive(kAsk);
  Write(StreamStep::kStart);
  for (int piece = 0; piece < 10; ++piece) Write(StreamStep::kWrite, std::string(50'000, 'x'));
  session.Output();

  EXPECT_EQ(observer().sent, 100'000U) << "the second piece passes the bound";
  Output();
  EXPECT_EQ(observer().sent, 500'000U);
}

TEST_F(Http1PiecesTest, LetsAnObserverWriteWhenThereIsRoom) {
  Receive(kAsk);
  int pieces = 0;
  observer().on_sent = [&](std::size_t) {
    if (++pieces < 100) Write(StreamStep::kWrite, "piece");
    if (pieces == 100) Write(StreamStep::kFinish);
  };
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, "first");

  EXPECT_THAT(Output(), EndsWith("5\r\npiece\r\n0\r\n\r\n"));
  EXPECT_EQ(pieces, 100);
}

TEST_F(Http1PiecesTest, AnswersWithAWholeResponseInstead) {
  Receive(kAsk);
  Write(StreamStep::kAnswer, "no");

  EXPECT_THAT(Output(), AllOf(HasSubstr("content-length: 2\r\n"), EndsWith("\r\n\r\nno")));
}

TEST_F(Http1PiecesTest, AnswersAtOnceIfTheHandlerDoes) {
  harness.on_stream = [this](RequestId id) {
    session.Write(id, StreamStep::kAnswer, ResponseOf("no"));
    session.Write(id, StreamStep::kRelease, {});
  };
  Receive(kAsk);

  EXPECT_THAT(Output(), EndsWith("\r\n\r\nno"));
  EXPECT_EQ(session.open_requests(), 0U);
}

TEST_F(Http1PiecesTest, EndsTheConnectionOfAnHttp10Client) {
  Receive("GET /pieces HTTP/1.0\r\n\r\n");
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, "one ");
  Write(StreamStep::kWrite, "two");
  Write(StreamStep::kFinish);

  EXPECT_THAT(Output(), AllOf(Not(HasSubstr("chunked")), HasSubstr("connection: close"),
                              EndsWith("\r\n\r\none two")));
  EXPECT_TRUE(session.finished());
}

TEST_F(Http1PiecesTest, CutsAResponseThatIsDroppedUnfinished) {
  Receive(std::string(kAsk) + std::string(kAsk));
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, "half");
  Write(StreamStep::kRelease);

  EXPECT_THAT(Output(), EndsWith("4\r\nhalf\r\n")) << "without the last chunk";
  EXPECT_TRUE(session.finished());
  EXPECT_EQ(observer(1).gone, 1);
}

TEST_F(Http1PiecesTest, SendsNoBodyToAHead) {
  Receive("HEAD /pieces HTTP/1.1\r\nHost: a\r\n\r\n");
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, "body");
  EXPECT_THAT(Output(), EndsWith("\r\n\r\n"));
  EXPECT_EQ(observer().sent, 4U) << "so that the handler goes on";
  Write(StreamStep::kFinish);

  EXPECT_THAT(Output(), IsEmpty());
  EXPECT_EQ(session.open_requests(), 0U);
}

TEST_F(Http1PiecesTest, TellsObserversOfTimeDrainAndTheEnd) {
  Receive(kAsk);
  session.CheckDeadlines();
  session.Drain();
  session.CheckDeadlines();
  EXPECT_EQ(observer().ticks, 2);
  EXPECT_TRUE(observer().draining);
  session.Abandon();
  EXPECT_EQ(observer().gone, 1);
}

TEST_F(Http1PiecesTest, SaysInAResponseThatItDrains) {
  Receive(kAsk);
  session.Drain();
  Write(StreamStep::kStart);
  Write(StreamStep::kFinish);

  EXPECT_THAT(Output(), HasSubstr("connection: close\r\n"));
  EXPECT_TRUE(session.finished());
}

}  // namespace
}  // namespace slipway::api
