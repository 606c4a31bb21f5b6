// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http1_session.h"

#include "slipway/api/testing/http_text.h"
#include "slipway/api/testing/recording_handler.h"
#include "slipway/api/testing/session_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Http1SessionTest : public ::testing::Test {
 protected:
  void Receive(std::string_view bytes) { session.Receive(AsBytes(bytes)); }
  std::string Sent() { return TakeOutput(session); }
  void AnswerAtOnce() {
    harness.on_request = [this](RequestId id, const HttpRequest& request) {
      session.Respond(id, ResponseOf("<" + request.target + ">"));
    };
  }

  SessionHarness harness;
  Http1Session session{harness.context()};
};

TEST_F(Http1SessionTest, AnswersPipelinedRequestsInTheirOrder) {
  Receive(Get("/a") + Get("/b") + Get("/c"));
  ASSERT_EQ(harness.arrivals.size(), 3U);

  session.Respond(harness.arrivals[2].id, ResponseOf("3"));
  session.Respond(harness.arrivals[1].id, ResponseOf("2"));
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_EQ(session.open_requests(), 3U);
  session.Respond(harness.arrivals[0].id, ResponseOf("1"));

  const std::string sent = Sent();
  EXPECT_LT(sent.find("\r\n\r\n1"), sent.find("\r\n\r\n2"));
  EXPECT_LT(sent.find("\r\n\r\n2"), sent.find("\r\n\r\n3"));
  EXPECT_EQ(session.open_requests(), 0U);
}

TEST_F(Http1SessionTest, TellsWhenTheClientHasClosedItsSideAndStillAnswers) {
  Receive(Get("/a"));
  ASSERT_EQ(harness.arrivals.size(), 1U);
  EXPECT_FALSE(harness.arrivals[0].request.gone.stop_requested());

  session.ReceiveEnd();

  EXPECT_TRUE(harness.arrivals[0].request.gone.stop_requested());
  session.Respond(harness.arrivals[0].id, ResponseOf("late"));
  EXPECT_THAT(Sent(), EndsWith("late"));
}

TEST_F(Http1SessionTest, TellsWhenTheConnectionHasGone) {
  Receive(Get("/a"));
  ASSERT_EQ(harness.arrivals.size(), 1U);

  session.Abandon();

  EXPECT_TRUE(harness.arrivals[0].request.gone.stop_requested());
}

TEST_F(Http1SessionTest, AnswersManyPipelinedRequestsOverTheBound) {
  AnswerAtOnce();
  std::string requests;
  for (int index = 0; index < 1'000; ++index) requests += Get("/" + std::to_string(index));

  Receive(requests);

  EXPECT_THAT(Sent(), EndsWith("</999>"));
}

TEST_F(Http1SessionTest, LetsAClientWaitThatPipelinesTooMuch) {
  std::string requests;
  for (int index = 0; index < 100; ++index) requests += Get("/");
  Receive(requests);

  EXPECT_EQ(harness.arrivals.size(), 64U);
  EXPECT_FALSE(session.wants_input());

  AnswerAtOnce();
  for (std::size_t index = 0; index < 64; ++index) {
    session.Respond(harness.arrivals[index].id, ResponseOf("x"));
  }
  Sent();
  EXPECT_EQ(harness.arrivals.size(), 100U);
  EXPECT_TRUE(session.wants_input());
}

TEST_F(Http1SessionTest, AnswersWhatWasPipelinedBeforeTheEnd) {
  std::string requests;
  for (int index = 0; index < 100; ++index) requests += Get("/");
  Receive(requests);
  session.ReceiveEnd();
  EXPECT_FALSE(session.finished());

  AnswerAtOnce();
  for (std::size_t index = 0; index < 64; ++index) {
    session.Respond(harness.arrivals[index].id, ResponseOf("x"));
  }

  Sent();
  EXPECT_EQ(harness.arrivals.size(), 100U);
  EXPECT_TRUE(session.finished());
}

TEST_F(Http1SessionTest, LetsAClientWaitThatTakesNoResponses) {
  harness.on_request = [this](RequestId id, const HttpRequest&) {
    session.Respond(id, ResponseOf(std::string(600'000, 'x')));
  };

  Receive(Get("/") + Get("/") + Get("/"));

  EXPECT_EQ(harness.arrivals.size(), 2U);
  EXPECT_FALSE(session.wants_input());
  Sent();
  EXPECT_EQ(harness.arrivals.size(), 3U);
}

TEST_F(Http1SessionTest, ReadsRequestsThatAreCutAnywhere) {
  AnswerAtOnce();
  const std::string bytes =
      Get("/a") + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + Get("/c");

  for (const char letter : bytes) Receive({&letter, 1});

  ASSERT_EQ(harness.arrivals.size(), 3U);
  EXPECT_EQ(harness.arrivals[1].request.body, "abc");
  EXPECT_THAT(Sent(), EndsWith("</c>"));
}

TEST_F(Http1SessionTest, TellsAWaitingClientToGoOn) {
  Receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(Sent(), "HTTP/1.1 100 Continue\r\n\r\n");

  Receive("abc");
  ASSERT_EQ(harness.arrivals.size(), 1U);
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(Http1SessionTest, KeepsAWaitingClientBehindTheResponsesBefore) {
  Receive(Get("/a") +
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(Sent(), IsEmpty());

  session.Respond(harness.arrivals[0].id, ResponseOf("a"));

  EXPECT_THAT(Sent(), EndsWith("\r\n\r\naHTTP/1.1 100 Continue\r\n\r\n"));
}

TEST_F(Http1SessionTest, RefusesAHugeBodyBeforeItIsSent) {
  Receive(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n");

  EXPECT_THAT(Sent(), StartsWith("HTTP/1.1 413 Payload Too Large\r\n"));
  EXPECT_TRUE(session.finished());
  EXPECT_THAT(harness.arrivals, IsEmpty());
}

TEST_F(Http1SessionTest, RefusesGarbageBehindTheResponsesBefore) {
  Receive(Get("/a") + "garbage\r\n\r\n" + Get("/b"));
  ASSERT_EQ(harness.arrivals.size(), 1U);
  EXPECT_FALSE(session.finished());

  session.Respond(harness.arrivals[0].id, ResponseOf("a"));

  const std::string sent = Sent();
  EXPECT_THAT(sent, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(sent, HasSubstr("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(sent, HasSubstr("connection: close"));
  EXPECT_THAT(sent, HasSubstr(R"({"error":"the request is not HTTP)"));
  EXPECT_TRUE(session.finished());
  EXPECT_EQ(harness.arrivals.size(), 1U);
}

TEST_F(Http1SessionTest, FinishesWhenTheClientAsksForIt) {
  AnswerAtOnce();
  Receive("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Get("/b"));

  EXPECT_THAT(Sent(), HasSubstr("connection: close\r\n"));
  EXPECT_TRUE(session.finished());
  EXPECT_EQ(harness.arrivals.size(), 1U);
}

TEST_F(Http1SessionTest, AnswersAClientThatHasSentItsLast) {
  Receive(Get("/a"));
  session.ReceiveEnd();
  EXPECT_FALSE(session.finished());

  session.Respond(harness.arrivals[0].id, ResponseOf("a"));

  EXPECT_THAT(Sent(), EndsWith("a"));
  EXPECT_TRUE(session.finished());
}

TEST_F(Http1SessionTest, DropsResponsesThatNobodyWaitsFor) {
  AnswerAtOnce();
  Receive(Get("/a"));
  Sent();

  session.Respond(harness.arrivals[0].id, ResponseOf("again"));
  session.Respond(17, ResponseOf("never asked"));

  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(Http1SessionTest, RefusesASlowHeader) {
  Receive("GET / HTTP/1.1\r\nHo");
  harness.Advance(10s);
  session.CheckDeadlines();
  EXPECT_FALSE(session.finished());

  Receive("st");
  harness.Advance(1ms);
  session.CheckDeadlines();

  EXPECT_THAT(Sent(), StartsWith("HTTP/1.1 408 Request Timeout"));
  EXPECT_TRUE(session.finished());
}

TEST_F(Http1SessionTest, GivesEachHeaderItsOwnTime) {
  AnswerAtOnce();
  Receive("GET / HT");
  for (int round = 0; round < 5; ++round) {
    harness.Advance(9s);
    session.CheckDeadlines();
    Receive("TP/1.1\r\nHost: a\r\n\r\nGET / HT");
  }

  EXPECT_EQ(harness.arrivals.size(), 5U);
  EXPECT_FALSE(session.finished());
}

TEST_F(Http1SessionTest, RefusesABodyThatStops) {
  Receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nabc");
  harness.Advance(50s);
  Receive(std::string(100'000, 'x'));
  harness.Advance(50s);
  session.CheckDeadlines();
  EXPECT_FALSE(session.finished());

  harness.Advance(11s);
  session.CheckDeadlines();

  EXPECT_THAT(Sent(), StartsWith("HTTP/1.1 408"));
}

TEST_F(Http1SessionTest, ClosesAnIdleConnectionInSilence) {
  AnswerAtOnce();
  Receive(Get("/"));
  Sent();
  harness.Advance(300s);
  session.CheckDeadlines();
  EXPECT_FALSE(session.finished());

  harness.Advance(1s);
  session.CheckDeadlines();

  EXPECT_TRUE(session.finished());
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(Http1SessionTest, WaitsForASlowHandlerWithoutLimit) {
  Receive(Get("/"));
  harness.Advance(24h);
  session.CheckDeadlines();

  EXPECT_FALSE(session.finished());
}

TEST_F(Http1SessionTest, DrainsAnIdleConnectionAtOnce) {
  session.Drain();

  EXPECT_TRUE(session.finished());
}

TEST_F(Http1SessionTest, SaysInTheLastResponseThatItDrains) {
  Receive(Get("/a") + Get("/b"));
  session.Drain();
  session.Respond(harness.arrivals[0].id, ResponseOf("a"));
  EXPECT_THAT(Sent(), Not(HasSubstr("connection: close")));

  session.Respond(harness.arrivals[1].id, ResponseOf("b"));

  EXPECT_THAT(Sent(), HasSubstr("connection: close"));
  EXPECT_TRUE(session.finished());
}

TEST_F(Http1SessionTest, AnswersARequestThatHadBegunBeforeTheDrain) {
  AnswerAtOnce();
  Receive("GET /half HT");
  session.Drain();
  EXPECT_FALSE(session.finished());

  Receive("TP/1.1\r\nHost: a\r\n\r\n");

  const std::string sent = Sent();
  EXPECT_THAT(sent, EndsWith("</half>"));
  EXPECT_THAT(sent, HasSubstr("connection: close"));
  EXPECT_TRUE(session.finished());
}

}  // namespace
}  // namespace slipway::api
