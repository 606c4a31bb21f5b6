// SPDX-License-Identifier: Apache-2.0
// Streams of `Http2Session` whose bodies and responses go in pieces.
#include "slipway/api/internal/http2_session.h"
#include "slipway/api/testing/http2_client.h"
#include "slipway/api/testing/recording_handler.h"
#include "slipway/api/testing/session_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

HttpResponse PieceOf(std::string text) {
  HttpResponse content;
  content.body.emplace_back(std::move(text));
  return content;
}

HttpResponse TrailersOf(std::string_view status) {
  HttpResponse content;
  content.trailers.Add("grpc-status", status);
  return content;
}

class Http2PiecesTest : public ::testing::Test {
 protected:
  // Passes what both sides have to say until both are quiet.
  void Talk() {
    for (bool more = true; more;) {
      const std::string up = client.TakeOutput();
      session.Receive(AsBytes(up));
      const std::string down = TakeOutput(session);
      EXPECT_TRUE(client.Receive(down));
      more = !up.empty() || !down.empty();
    }
  }
  /// Opens a stream whose body begins with `body` and goes on.
  std::int32_t Open(std::string body, std::string path = "/both") {
    const std::int32_t stream = client.Send(
        {.method = "POST", .path = std::move(path), .body = std::move(body), .more_follows = true});
    Talk();
    return stream;
  }
  SessionHarness::Opened& opened() { return harness.streams.at(0); }
  RecordingObserver& observer() { return *opened().observer; }
  void Write(StreamStep step, HttpResponse content = {}) {
    session.Write(opened().id, step, std::move(content));
  }

  SessionHarness harness;
  Http2Session session{harness.context()};
  Http2Client client;
};

TEST_F(Http2PiecesTest, HandsOverAStreamBeforeItsBodyHasCome) {
  client.Send({.method = "POST", .path = "/both?a", .headers = {{"x", "1"}}, .more_follows = true});
  Talk();

  ASSERT_EQ(harness.streams.size(), 1U);
  EXPECT_EQ(opened().request.target, "/both?a");
  EXPECT_EQ(opened().request.headers.Find("x"), "1");
  EXPECT_EQ(observer().body, "");
  EXPECT_FALSE(observer().body_ended);
}

TEST_F(Http2PiecesTest, PassesTheBodyOnAsItComes) {
  const std::int32_t stream = Open("one ");
  EXPECT_EQ(observer().body, "one ");

  client.SendMore(stream, "two");
  Talk();
  EXPECT_EQ(observer().body, "one two");
  EXPECT_FALSE(observer().body_ended);

  client.EndSending(stream);
  Talk();
  EXPECT_TRUE(observer().body_ended);
  EXPECT_GT(harness.stream_events, 0);
}

TEST_F(Http2PiecesTest, AnswersInPiecesWhileTheBodyComes) {
  const std::int32_t stream = Open("one");
  HttpResponse head;
  head.headers.Add("content-type", "text/x");
  Write(StreamStep::kStart, std::move(head));
  Talk();
  EXPECT_EQ(client.reply(stream).status, "200");
  EXPECT_EQ(client.reply(stream).headers.at("content-type"), "text/x");

  Write(StreamStep::kWrite, PieceOf("1 "));
  Talk();
  EXPECT_EQ(client.reply(stream).body, "1 ");
  client.SendMore(stream, " more");
  Write(StreamStep::kWrite, PieceOf("2"));
  Talk();
  EXPECT_EQ(client.reply(stream).body, "1 2");
  EXPECT_EQ(observer().body, "one more");
  EXPECT_EQ(observer().sent, 3U);

  client.EndSending(stream);
  Write(StreamStep::kFinish, TrailersOf("0"));
  Talk();
  EXPECT_EQ(client.reply(stream).trailers.at("grpc-status"), "0");
  EXPECT_TRUE(client.reply(stream).closed);
  EXPECT_EQ(client.reply(stream).error, 0U);
  EXPECT_EQ(session.open_requests(), 0U);
  EXPECT_EQ(observer().gone, 0);
}

TEST_F(Http2PiecesTest, AnswersAWholeRequestInPieces) {
  const std::int32_t stream =
      client.Send({.method = "POST", .path = "/pieces", .body = std::string(100'000, 'x')});
  Talk();
  ASSERT_EQ(harness.streams.size(), 1U);
  EXPECT_EQ(opened().request.body.size(), 100'000U);

  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, PieceOf("event"));
  Write(StreamStep::kFinish);
  Talk();

  EXPECT_EQ(client.reply(stream).body, "event");
  EXPECT_TRUE(client.reply(stream).closed);
  EXPECT_THAT(client.reply(stream).trailers, IsEmpty());
}

TEST_F(Http2PiecesTest, AnswersAtOnceIfTheHandlerDoes) {
  harness.on_stream = [this](RequestId id) {
    session.Write(id, StreamStep::kAnswer, ResponseOf("no"));
    session.Write(id, StreamStep::kRelease, {});
  };
  const std::int32_t stream = Open("x");

  EXPECT_EQ(client.reply(stream).body, "no");
  EXPECT_EQ(observer().body, "");
}

TEST_F(Http2PiecesTest, LetsTheClientSendNoMoreThanIsConsumed) {
  constexpr std::size_t kWindow = std::size_t{4} << 20U;
  const std::int32_t stream = Open(std::string(3 * kWindow, 'x'));
  EXPECT_EQ(observer().body.size(), kWindow);

  session.Consume(opened().id, kWindow);
  Talk();
  EXPECT_EQ(observer().body.size(), 2 * kWindow);

  // Others of the connection don't wait for it.
  const std::int32_t other =
      client.Send({.method = "POST", .path = "/x", .body = std::string(20'000'000, 'y')});
  Talk();
  ASSERT_EQ(harness.arrivals.size(), 1U);
  EXPECT_EQ(harness.arrivals[0].id, static_cast<RequestId>(other));
  EXPECT_EQ(observer().body.size(), 2 * kWindow);
  EXPECT_FALSE(client.reply(stream).closed);
}

TEST_F(Http2PiecesTest, SaysWhatHasLeftAndWhatWaits) {
  Open("x");
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, PieceOf(std::string(100'000, 'a')));
  const std::string down = TakeOutput(session);

  EXPECT_EQ(observer().sent, 65'535U) << "as much as the client's window holds";
  client.Receive(down);
  Talk();
  EXPECT_EQ(observer().sent, 100'000U);
}

TEST_F(Http2PiecesTest, LetsAnObserverWriteWhenThereIsRoom) {
  const std::int32_t stream = Open("x");
  int pieces = 0;
  observer().on_sent = [&](std::size_t) {
    if (++pieces < 1'000) Write(StreamStep::kWrite, PieceOf("piece "));
    if (pieces == 1'000) Write(StreamStep::kFinish, TrailersOf("0"));
  };
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, PieceOf("first "));
  Talk();

  EXPECT_EQ(client.reply(stream).body.size(), 6'000U);
  EXPECT_EQ(client.reply(stream).trailers.at("grpc-status"), "0");
}

TEST_F(Http2PiecesTest, TellsTheObserverOfAReset) {
  const std::int32_t stream = Open("x");
  Write(StreamStep::kStart);
  Write(StreamStep::kWrite, PieceOf(std::string(1'000'000, 'a')));
  client.Receive(TakeOutput(session));
  client.Reset(stream);
  Talk();

  EXPECT_EQ(observer().gone, 1);
  EXPECT_EQ(session.open_requests(), 0U);
  Write(StreamStep::kWrite, PieceOf("late"));
  Write(StreamStep::kFinish);
  EXPECT_THAT(TakeOutput(session), IsEmpty());
}

TEST_F(Http2PiecesTest, TellsTheObserverThatTheConnectionHasGone) {
  Open("x");
  session.Abandon();

  EXPECT_EQ(observer().gone, 1);
}

TEST_F(Http2PiecesTest, ResetsAStreamThatIsDroppedUnfinished) {
  const std::int32_t stream = Open("x");
  Write(StreamStep::kStart);
  Write(StreamStep::kRelease);
  Talk();

  EXPECT_TRUE(client.reply(stream).closed);
  EXPECT_EQ(client.reply(stream).error, NGHTTP2_INTERNAL_ERROR);
}

TEST_F(Http2PiecesTest, BoundsTheHandlersOfStreamsThatWereReset) {
  Talk();
  for (int index = 0; index < 600; ++index) {
    const std::int32_t stream =
        client.Send({.method = "POST", .path = "/both", .more_follows = true});
    session.Receive(AsBytes(client.TakeOutput()));
    client.Reset(stream);
    session.Receive(AsBytes(client.TakeOutput()));
  }
  EXPECT_EQ(harness.streams.size(), 256U);

  // When handlers are done, others come through.
  for (const auto& each : harness.streams) session.Write(each.id, StreamStep::kRelease, {});
  Talk();
  client.Send({.path = "/after"});
  Talk();
  EXPECT_EQ(harness.arrivals.size(), 1U);
}

TEST_F(Http2PiecesTest, TicksAndSaysThatItDrains) {
  Open("x");
  session.CheckDeadlines();
  EXPECT_EQ(observer().ticks, 1);
  EXPECT_FALSE(observer().draining);

  session.Drain();
  session.CheckDeadlines();
  EXPECT_TRUE(observer().draining);
  EXPECT_FALSE(session.finished());
}

TEST_F(Http2PiecesTest, WaitsForAHandlerButNotForAClientThatDoesNotRead) {
  const std::int32_t stream = Open("x");
  Write(StreamStep::kStart);
  Talk();
  harness.Advance(1h);
  session.CheckDeadlines();
  Talk();
  EXPECT_FALSE(client.reply(stream).closed);

  Write(StreamStep::kWrite, PieceOf(std::string(1'000'000, 'a')));
  std::string down = TakeOutput(session);
  harness.Advance(130s);
  session.CheckDeadlines();
  down += TakeOutput(session);
  client.Receive(down);

  EXPECT_EQ(client.reply(stream).error, NGHTTP2_CANCEL);
  EXPECT_EQ(observer().gone, 1);
}

TEST_F(Http2PiecesTest, DropsWhatComesAfterTheResponse) {
  const std::int32_t stream = Open("one");
  Write(StreamStep::kStart);
  Write(StreamStep::kFinish, TrailersOf("3"));
  Talk();
  EXPECT_EQ(client.reply(stream).trailers.at("grpc-status"), "3");

  client.SendMore(stream, "two");
  Talk();

  EXPECT_EQ(observer().body, "one");
}

class Http2GrpcLimitTest : public Http2PiecesTest {
 protected:
  std::int32_t Call(std::string body, bool more_follows) {
    const std::int32_t stream = client.Send({.method = "POST",
                                             .headers = {{"content-type", "application/grpc"}},
                                             .body = std::move(body),
                                             .more_follows = more_follows});
    Talk();
    return stream;
  }
};

TEST_F(Http2GrpcLimitTest, RefusesALongGrpcMessageByItsPrefix) {
  const std::int32_t stream = Call(std::string("\0\x7f\xff\xff\xff", 5), true);

  EXPECT_EQ(client.reply(stream).headers.at("grpc-status"), "8");
  EXPECT_THAT(client.reply(stream).headers.at("grpc-message"),
              HasSubstr("2147483647 bytes; the limit is 67108864"));
}

TEST_F(Http2GrpcLimitTest, ReadsAPrefixThatComesInPieces) {
  const std::int32_t stream = Call(std::string("\0\x7f", 2), true);
  client.SendMore(stream, "\xff\xff");
  Talk();
  EXPECT_FALSE(client.reply(stream).headers.contains("grpc-status"));

  client.SendMore(stream, "\xff");
  Talk();

  EXPECT_EQ(client.reply(stream).headers.at("grpc-status"), "8");
}

TEST_F(Http2GrpcLimitTest, TakesAMessageOfExactlyTheLimit) {
  SessionHarness small({.max_body_bytes = 10, .max_grpc_message_bytes = 1'000});
  Http2Session bounded(small.context());
  client.Send({.method = "POST",
               .headers = {{"content-type", "application/grpc"}},
               .body = std::string("\0\0\0\x03\xe8", 5) + std::string(1'000, 'x')});
  bounded.Receive(AsBytes(client.TakeOutput()));

  ASSERT_EQ(small.arrivals.size(), 1U);
  EXPECT_EQ(small.arrivals[0].request.body.size(), 1'005U);
}

}  // namespace
}  // namespace slipway::api
