// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_session.h"

#include "slipway/api/client/testing/grpc_peer.h"
#include "slipway/base/testing/assert_ok.h"

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::uint64_t kMaxMessage = 1'000'000;

std::string Framed(const std::string& message) { return GrpcPrefix(message.size()) + message; }

GrpcCall CallOf(const std::string& message) {
  return {.authority = "127.0.0.1:8001",
          .method = "/s/M",
          .frame = Framed(message),
          .timeout = std::chrono::milliseconds(1'500)};
}

// All that the session has to send now.
Result<std::string> SendAll(GrpcSession& session) {
  std::string output;
  while (true) {
    SLIPWAY_TRY_ASSIGN(const std::string_view piece, session.NextOutput());
    if (piece.empty()) return output;
    output += piece;
  }
}

// Carries bytes between the two until neither has any, and returns what the call brought.
Result<std::string> RunCall(GrpcSession& session, GrpcPeer& peer, const std::string& message) {
  SLIPWAY_TRY(session.Start(CallOf(message)));
  while (true) {
    SLIPWAY_TRY_ASSIGN(const std::string output, SendAll(session));
    const std::string answer = peer.Exchange(output);
    if (answer.empty() && output.empty()) break;
    SLIPWAY_TRY(session.Receive(answer));
  }
  SLIPWAY_TRY(session.CheckAnswered());
  return session.TakeMessage();
}

TEST(GrpcSessionTest, CallsOneAfterTheOther) {
  GrpcPeer peer({.body = Framed("answer")});
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));

  ASSERT_OK_AND_ASSIGN(const std::string first, RunCall(*session, peer, "one"));
  ASSERT_OK_AND_ASSIGN(const std::string second, RunCall(*session, peer, "two"));

  EXPECT_EQ(first, "answer");
  EXPECT_EQ(second, "answer");
  EXPECT_TRUE(session->reusable());
  ASSERT_EQ(peer.calls().size(), 2U);
  EXPECT_EQ(peer.calls()[1].body, Framed("two"));
  EXPECT_THAT(peer.calls()[0].fields, Contains(Pair(":path", "/s/M")));
  EXPECT_THAT(peer.calls()[0].fields, Contains(Pair("te", "trailers")));
  EXPECT_THAT(peer.calls()[0].fields, Contains(Pair("content-type", "application/grpc")));
  EXPECT_THAT(peer.calls()[0].fields, Contains(Pair("grpc-timeout", "1500m")));
}

TEST(GrpcSessionTest, CarriesMessagesLargerThanEveryWindow) {
  const std::string large(900'000, 'x');
  GrpcPeer peer({.body = Framed(large)});
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));

  ASSERT_OK_AND_ASSIGN(const std::string answer, RunCall(*session, peer, large));

  EXPECT_EQ(answer, large);
  EXPECT_EQ(peer.calls().at(0).body, Framed(large));
}

TEST(GrpcSessionTest, PassesTheServersErrorOn) {
  GrpcPeer peer({.grpc_status = "5", .grpc_message = "no model %22x%22"});
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));

  EXPECT_THAT(RunCall(*session, peer, ""), FailsWith(ErrorCode::kNotFound, "no model \"x\""));
  EXPECT_TRUE(session->reusable());
}

TEST(GrpcSessionTest, TakesAMessageThatEndsInASpace) {
  GrpcPeer peer({.grpc_status = "3", .grpc_message = "want [-1,16]. "});
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));

  EXPECT_THAT(RunCall(*session, peer, ""),
              FailsWith(ErrorCode::kInvalidArgument, "want [-1,16]. "));
}

TEST(GrpcSessionTest, StopsAnAnswerAboveTheLimit) {
  GrpcPeer peer({.body = Framed(std::string(2'000, 'x'))});
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(1'000));

  EXPECT_THAT(RunCall(*session, peer, ""),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1000 bytes")));
}

TEST(GrpcSessionTest, RefusesBodiesThatAreNotOnePlainMessage) {
  for (const std::string& body : {std::string(), std::string("ab"), std::string("\1\0\0\0\1x", 6),
                                  Framed("a") + Framed("b"), std::string("\0\0\0\0\2x", 6)}) {
    GrpcPeer peer({.body = body});
    ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));
    EXPECT_THAT(RunCall(*session, peer, ""),
                FailsWith(ErrorCode::kInternal, HasSubstr("one plain gRPC message")));
  }
}

TEST(GrpcSessionTest, SaysThatAResetCallHasNoAnswer) {
  GrpcPeer peer({.reset = NGHTTP2_REFUSED_STREAM});
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));

  EXPECT_THAT(RunCall(*session, peer, ""),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("REFUSED_STREAM")));
  EXPECT_TRUE(session->untouched());
}

TEST(GrpcSessionTest, IsNotReusableOnceTheServerIsLeaving) {
  GrpcPeer peer({.body = Framed("answer")});
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));
  ASSERT_OK(RunCall(*session, peer, ""));

  peer.GoAway();
  ASSERT_OK(session->Receive(peer.Exchange("")));

  EXPECT_FALSE(session->reusable());
}

TEST(GrpcSessionTest, RefusesAPeerThatDoesNotSpeakHttp2) {
  ASSERT_OK_AND_ASSIGN(const auto session, GrpcSession::Create(kMaxMessage));
  ASSERT_OK(session->Start(CallOf("")));

  ASSERT_OK(SendAll(*session));

  ASSERT_OK(session->Receive("HTTP/1.1 400 Bad Request\r\n\r\n"));

  EXPECT_THAT(SendAll(*session), FailsWith(ErrorCode::kUnavailable, HasSubstr("HTTP/2")));
}

}  // namespace
}  // namespace slipway::api::client
