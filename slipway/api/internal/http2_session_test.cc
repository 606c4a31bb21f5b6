// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http2_session.h"

#include "slipway/api/testing/http2_client.h"
#include "slipway/api/testing/recording_handler.h"
#include "slipway/api/testing/session_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A frame as it is on the wire.
std::string Frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload) {
  const auto byte = [](std::size_t value, unsigned shift) {
    return static_cast<char>((value >> shift) & 0xFFU);
  };
  std::string frame = {byte(payload.size(), 16), byte(payload.size(), 8),  byte(payload.size(), 0),
                       static_cast<char>(type),  static_cast<char>(flags), byte(stream, 24),
                       byte(stream, 16),         byte(stream, 8),          byte(stream, 0)};
  return frame.append(payload);
}

class Http2SessionTest : public ::testing::Test {
 protected:
  explicit Http2SessionTest(const TransportOptions& options = {}) : harness(options) {}

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
  void AnswerAtOnce() {
    harness.on_request = [this](RequestId id, const HttpRequest& request) {
      session.Respond(id, ResponseOf("<" + request.target + ">"));
    };
  }
  void Greet() { Talk(); }

  SessionHarness harness;
  Http2Session session{harness.context()};
  Http2Client client;
};

TEST_F(Http2SessionTest, ReadsARequest) {
  client.Send({.method = "POST", .path = "/a?b", .headers = {{"x-tag", "1"}}, .body = "hello"});
  Talk();

  ASSERT_EQ(harness.arrivals.size(), 1U);
  const HttpRequest& request = harness.arrivals[0].request;
  EXPECT_EQ(request.version, HttpVersion::kHttp2);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a?b");
  EXPECT_EQ(request.headers.Find("x-tag"), "1");
  EXPECT_EQ(request.headers.Find("host"), "test");
  EXPECT_EQ(request.body, "hello");
}

TEST_F(Http2SessionTest, AnswersInAnyOrder) {
  const std::int32_t first = client.Send({.path = "/1"});
  const std::int32_t second = client.Send({.path = "/2"});
  Talk();
  ASSERT_EQ(harness.arrivals.size(), 2U);

  session.Respond(harness.arrivals[1].id, ResponseOf("second"));
  Talk();
  EXPECT_EQ(client.reply(second).body, "second");
  EXPECT_FALSE(client.reply(first).closed);
  session.Respond(harness.arrivals[0].id, ResponseOf("first"));
  Talk();

  EXPECT_EQ(client.reply(first).status, "200");
  EXPECT_EQ(client.reply(first).body, "first");
  EXPECT_EQ(client.reply(first).headers.at("content-length"), "5");
  EXPECT_TRUE(client.reply(first).headers.contains("date"));
  EXPECT_EQ(session.open_requests(), 0U);
}

TEST_F(Http2SessionTest, SendsTrailersBehindTheBody) {
  const std::int32_t stream = client.Send({});
  Talk();

  HttpResponse response = ResponseOf("message");
  response.trailers.Add("grpc-status", "0");
  response.has_trailers = true;
  session.Respond(harness.arrivals[0].id, std::move(response));
  Talk();

  EXPECT_EQ(client.reply(stream).body, "message");
  EXPECT_EQ(client.reply(stream).trailers.at("grpc-status"), "0");
  EXPECT_FALSE(client.reply(stream).headers.contains("content-length"));
  EXPECT_TRUE(client.reply(stream).closed);
  EXPECT_EQ(client.reply(stream).error, 0U);
}

TEST_F(Http2SessionTest, SendsTrailersWithoutABody) {
  const std::int32_t stream = client.Send({});
  Talk();

  HttpResponse response;
  response.trailers.Add("grpc-status", "5");
  response.has_trailers = true;
  session.Respond(harness.arrivals[0].id, std::move(response));
  Talk();

  EXPECT_EQ(client.reply(stream).trailers.at("grpc-status"), "5");
  EXPECT_TRUE(client.reply(stream).closed);
}

TEST_F(Http2SessionTest, SendsNoBodyToAHead) {
  const std::int32_t stream = client.Send({.method = "HEAD"});
  Talk();
  session.Respond(harness.arrivals[0].id, ResponseOf("body"));
  Talk();

  EXPECT_EQ(client.reply(stream).headers.at("content-length"), "4");
  EXPECT_EQ(client.reply(stream).body, "");
  EXPECT_TRUE(client.reply(stream).closed);
}

TEST_F(Http2SessionTest, CarriesBigBodiesBothWays) {
  const std::string body(5'000'000, 'x');
  const std::int32_t stream = client.Send({.method = "POST", .body = body});
  Talk();
  ASSERT_EQ(harness.arrivals.size(), 1U);
  EXPECT_EQ(harness.arrivals[0].request.body, body);

  const auto owner = std::make_shared<const std::string>(7'000'000, 'y');
  HttpResponse response = ResponseOf("small first ");
  response.body.emplace_back(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});
  session.Respond(harness.arrivals[0].id, std::move(response));
  Talk();

  EXPECT_EQ(client.reply(stream).body, "small first " + *owner);
  EXPECT_EQ(owner.use_count(), 1);
}

TEST_F(Http2SessionTest, QueuesNoMoreOfABodyThanTheClientTakes) {
  client.Send({});
  Talk();
  session.Respond(harness.arrivals[0].id, ResponseOf(std::string(10'000'000, 'x')));

  EXPECT_LE(TakeOutput(session).size(), 65'535U + 1'000U);
}

TEST_F(Http2SessionTest, DropsTheLateResponseToAStreamThatWasReset) {
  const std::int32_t stream = client.Send({});
  Talk();
  client.Reset(stream);
  Talk();
  EXPECT_EQ(session.open_requests(), 0U);

  session.Respond(harness.arrivals[0].id, ResponseOf("late"));

  EXPECT_THAT(TakeOutput(session), IsEmpty());
  EXPECT_FALSE(session.finished());
}

TEST_F(Http2SessionTest, StopsSendingToAStreamThatWasReset) {
  const std::int32_t stream = client.Send({});
  Talk();
  session.Respond(harness.arrivals[0].id, ResponseOf(std::string(1'000'000, 'x')));
  client.Receive(TakeOutput(session));

  client.Reset(stream);
  Talk();

  EXPECT_EQ(session.open_requests(), 0U);
  EXPECT_LT(client.reply(stream).body.size(), 100'000U);
}

TEST_F(Http2SessionTest, RefusesAHugeBodyBeforeItIsSent) {
  const std::int32_t stream = client.Send({.method = "POST",
                                           .headers = {{"content-length", "99999999999"}},
                                           .body = "x",
                                           .more_follows = true});
  Talk();

  EXPECT_EQ(client.reply(stream).status, "413");
  EXPECT_THAT(client.reply(stream).body, HasSubstr("99999999999 bytes"));
  EXPECT_THAT(harness.arrivals, IsEmpty());
}

TEST_F(Http2SessionTest, ResetsAClientThatSendsOnAfterItsResponse) {
  const std::int32_t stream = client.Send({.method = "POST",
                                           .headers = {{"content-length", "99999999999"}},
                                           .body = std::string(3'000'000, 'x'),
                                           .more_follows = true});
  Talk();

  EXPECT_EQ(client.reply(stream).status, "413");
  EXPECT_TRUE(client.reply(stream).closed);
  EXPECT_EQ(client.reply(stream).error, NGHTTP2_NO_ERROR);
}

TEST_F(Http2SessionTest, RefusesALongHeaderAndLivesOn) {
  AnswerAtOnce();
  const std::int32_t refused = client.Send({.headers = {{"x-long", std::string(16'400, 'x')}}});
  const std::int32_t good = client.Send({.path = "/good"});
  Talk();

  EXPECT_EQ(client.reply(refused).status, "431");
  EXPECT_EQ(client.reply(good).body, "</good>");
}

TEST_F(Http2SessionTest, RefusesTooManyFields) {
  Http2Call call;
  for (int field = 0; field < 101; ++field) call.headers.emplace_back("x", "1");
  const std::int32_t stream = client.Send(call);
  Talk();

  EXPECT_EQ(client.reply(stream).status, "431");
}

TEST_F(Http2SessionTest, RefusesALongTarget) {
  const std::int32_t stream = client.Send({.path = "/" + std::string(9'000, 'x')});
  Talk();

  EXPECT_EQ(client.reply(stream).status, "414");
}

TEST_F(Http2SessionTest, AnswersARefusedGrpcCallWithAStatus) {
  const std::int32_t stream = client.Send(
      {.method = "POST",
       .headers = {{"content-type", "application/grpc"}, {"content-length", "99999999999"}},
       .body = "x",
       .more_follows = true});
  Talk();

  EXPECT_EQ(client.reply(stream).status, "200");
  EXPECT_EQ(client.reply(stream).headers.at("grpc-status"), "8");
  EXPECT_THAT(client.reply(stream).headers.at("grpc-message"), HasSubstr("limit"));
}

TEST_F(Http2SessionTest, EndsAConnectionWhoseHeaderDoesNotEnd) {
  Greet();
  std::string sent = Frame(NGHTTP2_HEADERS, 0, 1, std::string(16'000, '\x82'));
  std::size_t used = 0;
  while (!session.finished() && used < 400'000'000) {
    session.Receive(AsBytes(sent));
    used += sent.size();
    sent = Frame(NGHTTP2_CONTINUATION, 0, 1, std::string(16'000, '\x82'));
  }

  EXPECT_LE(used, 64U * 1024U);
  client.Receive(TakeOutput(session));
  EXPECT_EQ(client.goaway_error(), NGHTTP2_ENHANCE_YOUR_CALM);
  EXPECT_THAT(harness.arrivals, IsEmpty());
}

TEST_F(Http2SessionTest, EndsAConnectionThatResetsWhatItAsksFor) {
  Greet();
  int streams = 0;
  for (; !session.finished() && streams < 100'000; ++streams) {
    const std::int32_t stream = client.Send({});
    session.Receive(AsBytes(client.TakeOutput()));
    client.Reset(stream);
    session.Receive(AsBytes(client.TakeOutput()));
    client.Receive(TakeOutput(session));
  }

  EXPECT_LT(streams, 2'000);
}

TEST_F(Http2SessionTest, BoundsTheWorkOfRequestsThatWereReset) {
  Greet();
  for (int index = 0; index < 600; ++index) {
    const std::int32_t stream = client.Send({});
    session.Receive(AsBytes(client.TakeOutput()));
    client.Reset(stream);
    session.Receive(AsBytes(client.TakeOutput()));
  }

  EXPECT_EQ(harness.arrivals.size(), 256U);
}

TEST_F(Http2SessionTest, EndsAFloodOfPings) {
  Greet();
  const std::string pings = Frame(NGHTTP2_PING, 0, 0, "12345678");
  int count = 0;
  for (; !session.finished() && count < 1'000'000; ++count) {
    session.Receive(AsBytes(pings));
    TakeOutput(session);
  }

  EXPECT_LT(count, 20'000);
}

TEST_F(Http2SessionTest, EndsAFloodOfEmptyData) {
  const std::int32_t stream = client.Send({.method = "POST", .body = "x", .more_follows = true});
  Talk();
  const std::string data = Frame(NGHTTP2_DATA, 0, static_cast<std::uint32_t>(stream), "");
  int count = 0;
  for (; !session.finished() && count < 1'000'000; ++count) session.Receive(AsBytes(data));

  EXPECT_LT(count, 20'000);
}

TEST_F(Http2SessionTest, HoldsFewAnswersForAClientThatDoesNotRead) {
  Greet();
  const std::string settings = Frame(NGHTTP2_SETTINGS, 0, 0, "");
  int count = 0;
  for (; !session.finished() && count < 100'000; ++count) session.Receive(AsBytes(settings));

  EXPECT_LE(count, 1'100);
}

TEST_F(Http2SessionTest, RefusesWhatIsNotHttp2) {
  session.Receive(AsBytes("PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n"));
  TakeOutput(session);

  EXPECT_TRUE(session.finished());
}

TEST_F(Http2SessionTest, EndsAConnectionThatNeverGreets) {
  session.Receive(AsBytes("PRI * HT"));
  harness.Advance(10s);
  session.CheckDeadlines();
  EXPECT_FALSE(session.finished());

  harness.Advance(1ms);
  session.CheckDeadlines();

  EXPECT_TRUE(session.finished());
}

TEST_F(Http2SessionTest, EndsAConnectionWhoseHeaderIsSlow) {
  Greet();
  session.Receive(AsBytes(Frame(NGHTTP2_HEADERS, 0, 1, "\x82\x86\x84")));
  harness.Advance(11s);
  session.CheckDeadlines();

  EXPECT_TRUE(session.finished());
}

TEST_F(Http2SessionTest, RefusesABodyThatStops) {
  AnswerAtOnce();
  const std::int32_t slow = client.Send({.method = "POST", .body = "x", .more_follows = true});
  Talk();
  harness.Advance(61s);
  session.CheckDeadlines();
  const std::int32_t good = client.Send({.path = "/good"});
  Talk();

  EXPECT_EQ(client.reply(slow).status, "408");
  EXPECT_EQ(client.reply(good).body, "</good>");
}

TEST_F(Http2SessionTest, TellsWhenARequestWasCancelled) {
  const std::int32_t cancelled = client.Send({});
  client.Send({});
  Talk();
  ASSERT_EQ(harness.arrivals.size(), 2U);
  EXPECT_FALSE(harness.arrivals[0].request.gone.stop_requested());

  client.Reset(cancelled);
  Talk();

  EXPECT_TRUE(harness.arrivals[0].request.gone.stop_requested());
  EXPECT_FALSE(harness.arrivals[1].request.gone.stop_requested());
}

TEST_F(Http2SessionTest, TellsAllOpenRequestsThatTheConnectionHasGone) {
  client.Send({});
  client.Send({});
  Talk();

  session.Abandon();

  ASSERT_EQ(harness.arrivals.size(), 2U);
  EXPECT_TRUE(harness.arrivals[0].request.gone.stop_requested());
  EXPECT_TRUE(harness.arrivals[1].request.gone.stop_requested());
}

TEST_F(Http2SessionTest, ResetsAResponseThatTheClientDoesNotTake) {
  const std::int32_t stream = client.Send({});
  Talk();
  session.Respond(harness.arrivals[0].id, ResponseOf(std::string(1'000'000, 'x')));
  std::string down = TakeOutput(session);
  harness.Advance(130s);
  session.CheckDeadlines();
  down += TakeOutput(session);
  client.Receive(down);

  EXPECT_TRUE(client.reply(stream).closed);
  EXPECT_EQ(client.reply(stream).error, NGHTTP2_CANCEL);
  EXPECT_EQ(session.open_requests(), 0U);
}

TEST_F(Http2SessionTest, EndsAnIdleConnectionPolitely) {
  AnswerAtOnce();
  client.Send({});
  Talk();
  harness.Advance(301s);
  session.CheckDeadlines();
  Talk();

  EXPECT_EQ(client.goaway_error(), NGHTTP2_NO_ERROR);
  EXPECT_TRUE(client.has_goaway());
  EXPECT_TRUE(session.finished());
}

TEST_F(Http2SessionTest, DrainsInTwoSteps) {
  const std::int32_t before = client.Send({.path = "/before"});
  Talk();

  session.Drain();
  const std::string notice = TakeOutput(session);
  const std::int32_t crossing = client.Send({.path = "/crossing"});
  session.Receive(AsBytes(client.TakeOutput()));
  client.Receive(notice);
  Talk();
  EXPECT_EQ(client.goaways(), 2);
  EXPECT_EQ(client.goaway_last_stream(), crossing);
  EXPECT_FALSE(session.finished());

  ASSERT_EQ(harness.arrivals.size(), 2U);
  session.Respond(harness.arrivals[0].id, ResponseOf("1"));
  session.Respond(harness.arrivals[1].id, ResponseOf("2"));
  Talk();

  EXPECT_EQ(client.reply(before).body, "1");
  EXPECT_EQ(client.reply(crossing).body, "2");
  EXPECT_TRUE(session.finished());
}

TEST_F(Http2SessionTest, FinishesWhenTheClientHasGone) {
  client.Send({});
  Talk();
  session.ReceiveEnd();

  EXPECT_TRUE(session.finished());
  session.Respond(harness.arrivals[0].id, ResponseOf("late"));
}

TEST_F(Http2SessionTest, AnswersManyRequestsOnOneConnection) {
  AnswerAtOnce();
  Greet();
  for (int round = 0; round < 500; ++round) {
    const std::int32_t stream = client.Send({.method = "POST", .body = "abc"});
    Talk();
    ASSERT_EQ(client.reply(stream).body, "</>") << round;
  }
}

}  // namespace
}  // namespace slipway::api
