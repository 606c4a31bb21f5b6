// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_load.h"

#include "slipway/api/client/testing/grpc_peer.h"
#include "slipway/api/client/testing/recording_sink.h"
#include "slipway/base/testing/assert_ok.h"

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr SteadyTime kGrpcDue(std::chrono::seconds(1));

std::string FramedMessage(const std::string& message) {
  return GrpcPrefix(message.size()) + message;
}

class GrpcLoadTest : public ::testing::Test {
 protected:
  // Carries bytes between the two until neither has any.
  Status Settle(GrpcLoad& load, GrpcPeer& peer) {
    while (true) {
      const std::string answer = peer.Exchange(std::exchange(output_, {}));
      if (answer.empty()) return {};
      SLIPWAY_TRY(load.Receive(answer, output_, sink_));
    }
  }

  LoadRequest request_ = {.authority = "127.0.0.1:8001",
                          .bytes = FramedMessage("question"),
                          .streams = 3,
                          .max_answer_bytes = 1'000'000};
  RecordingSink sink_;
  std::string output_ = GrpcLoad::Preface();
};

TEST_F(GrpcLoadTest, WaitsForTheServersSettings) {
  GrpcPeer peer({.body = FramedMessage("answer")});
  GrpcLoad load(request_);
  EXPECT_EQ(load.free_slots(), 0U);

  ASSERT_OK(Settle(load, peer));

  EXPECT_EQ(load.free_slots(), 3U);
  EXPECT_FALSE(peer.broken());
}

TEST_F(GrpcLoadTest, RepeatsARequestThatAServerUnderstandsEveryTime) {
  request_.body_use = BodyUse::kCompare;
  request_.body = FramedMessage("answer");
  GrpcPeer peer({.body = FramedMessage("answer")});
  GrpcLoad load(request_);
  ASSERT_OK(Settle(load, peer));

  for (int round = 0; round < 3; ++round) {
    while (load.free_slots() > 0) load.Begin(kGrpcDue, output_);
    ASSERT_OK(Settle(load, peer));
  }

  EXPECT_FALSE(peer.broken());
  ASSERT_EQ(peer.calls().size(), 9U);
  for (const GrpcPeer::Call& call : peer.calls()) {
    EXPECT_EQ(call.body, FramedMessage("question"));
    EXPECT_EQ(call.fields, peer.calls()[0].fields);
  }
  EXPECT_THAT(peer.calls()[0].fields,
              Contains(Pair(":path", "/inference.GRPCInferenceService/ModelInfer")));
  EXPECT_THAT(peer.calls()[0].fields, Contains(Pair(":authority", "127.0.0.1:8001")));
  ASSERT_EQ(sink_.answers().size(), 9U);
  for (const RecordingSink::Answer& answer : sink_.answers()) {
    EXPECT_EQ(answer.due, kGrpcDue);
    ASSERT_OK(answer.outcome);
  }
}

TEST_F(GrpcLoadTest, IsUnderstoodByServersWithEveryTableSize) {
  for (const std::uint32_t table_bytes : {0U, 300U, 4'096U, 65'536U}) {
    output_ = GrpcLoad::Preface();
    GrpcPeer peer({.body = FramedMessage("answer")},
                  {{NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, table_bytes}});
    GrpcLoad load(request_);
    ASSERT_OK(Settle(load, peer));

    for (int i = 0; i < 3; ++i) load.Begin(kGrpcDue, output_);
    ASSERT_OK(Settle(load, peer));

    EXPECT_FALSE(peer.broken()) << table_bytes;
    ASSERT_EQ(peer.calls().size(), 3U) << table_bytes;
    EXPECT_EQ(peer.calls()[2].fields, peer.calls()[0].fields) << table_bytes;
  }
}

TEST_F(GrpcLoadTest, SendsMessagesLargerThanTheServersWindows) {
  request_.bytes = FramedMessage(std::string(300'000, 'x'));
  GrpcPeer peer({.body = FramedMessage("answer")},
                {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 20'000}});
  GrpcLoad load(request_);
  ASSERT_OK(Settle(load, peer));

  while (load.free_slots() > 0) load.Begin(kGrpcDue, output_);
  ASSERT_OK(Settle(load, peer));

  EXPECT_FALSE(peer.broken());
  ASSERT_EQ(peer.calls().size(), 3U);
  for (const GrpcPeer::Call& call : peer.calls()) EXPECT_EQ(call.body, request_.bytes);
  EXPECT_EQ(sink_.answers().size(), 3U);
}

TEST_F(GrpcLoadTest, OpensNoMoreStreamsThanTheServerAllows) {
  GrpcPeer peer({.body = FramedMessage("answer")}, {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 2}});
  GrpcLoad load(request_);

  ASSERT_OK(Settle(load, peer));

  EXPECT_EQ(load.free_slots(), 2U);
}

TEST_F(GrpcLoadTest, ReportsDifferentAnswersErrorsAndResets) {
  request_.body_use = BodyUse::kCompare;
  request_.body = FramedMessage("other");
  for (const PeerAnswer& scripted :
       {PeerAnswer{.body = FramedMessage("answer")},
        PeerAnswer{.body = "", .grpc_status = "5", .grpc_message = "no model"},
        PeerAnswer{.reset = NGHTTP2_REFUSED_STREAM}, PeerAnswer{.http_status = "503"},
        PeerAnswer{.body = FramedMessage("other"), .grpc_status = ""}}) {
    output_ = GrpcLoad::Preface();
    GrpcPeer peer(scripted);
    GrpcLoad load(request_);
    ASSERT_OK(Settle(load, peer));
    load.Begin(kGrpcDue, output_);
    ASSERT_OK(Settle(load, peer));
  }

  ASSERT_EQ(sink_.answers().size(), 5U);
  EXPECT_THAT(sink_.answers()[0].outcome,
              FailsWith(ErrorCode::kInternal, HasSubstr("differs from the first")));
  EXPECT_THAT(sink_.answers()[1].outcome, FailsWith(ErrorCode::kNotFound, "no model"));
  EXPECT_THAT(sink_.answers()[2].outcome,
              FailsWith(ErrorCode::kUnavailable, HasSubstr("REFUSED_STREAM")));
  EXPECT_THAT(sink_.answers()[3].outcome, FailsWith(ErrorCode::kUnavailable, HasSubstr("503")));
  EXPECT_THAT(sink_.answers()[4].outcome,
              FailsWith(ErrorCode::kInternal, HasSubstr("no gRPC status")));
}

TEST_F(GrpcLoadTest, IsUsedUpWhenTheServerLeaves) {
  GrpcPeer peer({.body = FramedMessage("answer")});
  GrpcLoad load(request_);
  ASSERT_OK(Settle(load, peer));

  peer.GoAway();
  ASSERT_OK(Settle(load, peer));

  EXPECT_TRUE(load.used_up());
  EXPECT_EQ(load.free_slots(), 0U);
}

TEST_F(GrpcLoadTest, UnderstandsFramesInWhateverPiecesTheyCome) {
  GrpcPeer peer({.body = FramedMessage(std::string(50'000, 'x'))});
  GrpcLoad load(request_);
  ASSERT_OK(Settle(load, peer));
  load.Begin(kGrpcDue, output_);

  const std::string answer = peer.Exchange(std::exchange(output_, {}));
  for (const char c : answer) ASSERT_OK(load.Receive({&c, 1}, output_, sink_));

  ASSERT_EQ(sink_.answers().size(), 1U);
  ASSERT_OK(sink_.answers()[0].outcome);
}

TEST_F(GrpcLoadTest, ReportsEveryRequestOnceWhenTheConnectionIsLost) {
  GrpcPeer peer({});
  GrpcLoad load(request_);
  ASSERT_OK(Settle(load, peer));
  while (load.free_slots() > 0) load.Begin(kGrpcDue, output_);

  const Status ended = load.ReceiveEnd(sink_);
  ASSERT_FALSE(ended);
  load.Abandon(ended.error(), sink_);
  load.Abandon(ended.error(), sink_);

  EXPECT_EQ(sink_.answers().size(), 3U);
}

TEST_F(GrpcLoadTest, RefusesFramesThatBreakTheProtocol) {
  const auto frame = [](Http2FrameHeader header, std::string_view payload) {
    std::string bytes;
    AppendHttp2Frame(bytes, header, payload);
    return bytes;
  };
  constexpr auto kHeaders = Http2FrameType::kHeaders;
  for (const std::string& bytes :
       {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
        frame({.type = Http2FrameType::kSettings}, "abc"),
        frame({.type = Http2FrameType::kSettings}, std::string("\0\4\xff\xff\xff\xff", 6)),
        frame({.type = Http2FrameType::kSettings}, std::string("\0\5\0\0\0\1", 6)),
        frame({.type = Http2FrameType::kPing}, "short"),
        frame({.type = Http2FrameType::kGoAway}, "short"),
        frame({.type = Http2FrameType::kWindowUpdate}, "abc"),
        frame({.type = Http2FrameType::kResetStream, .stream = 1}, "abc"),
        frame({.type = Http2FrameType::kPushPromise, .stream = 1}, ""),
        frame({.type = Http2FrameType::kContinuation, .stream = 1}, ""),
        frame({.type = kHeaders, .stream = 1}, "") + frame({.type = Http2FrameType::kPing}, ""),
        frame({.type = kHeaders, .flags = kHttp2EndHeaders, .stream = 1}, "\xff\xff\xff\xff"),
        frame({.type = kHeaders, .flags = kHttp2Padded, .stream = 1}, "\x05"),
        frame({.type = kHeaders, .flags = kHttp2Priority, .stream = 1}, "abc")}) {
    GrpcLoad load(request_);
    EXPECT_THAT(load.Receive(bytes, output_, sink_),
                FailsWith(ErrorCode::kInternal, HasSubstr("breaks HTTP/2")));
  }
}

TEST_F(GrpcLoadTest, RefusesEndlessHeaderFields) {
  GrpcLoad load(request_);
  std::string bytes;
  AppendHttp2Frame(bytes, {.type = Http2FrameType::kHeaders, .stream = 1}, "");
  for (int i = 0; i < 5; ++i) {
    AppendHttp2Frame(bytes, {.type = Http2FrameType::kContinuation, .stream = 1},
                     std::string(kHttp2DefaultFrameBytes, 'x'));
  }

  EXPECT_THAT(load.Receive(bytes, output_, sink_),
              FailsWith(ErrorCode::kInternal, HasSubstr("bytes of header fields")));
}

}  // namespace
}  // namespace slipway::api::client
