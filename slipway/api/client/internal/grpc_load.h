// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/internal/grpc_request_fields.h"
#include "slipway/api/client/internal/grpc_status.h"
#include "slipway/api/client/internal/http2_frame.h"
#include "slipway/api/client/internal/load_protocol.h"

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api::client {

/// Load over gRPC: calls of ModelInfer on the streams of one HTTP/2 connection.
///
/// Writes its frames itself, because nearly all of each request is the same bytes again: that costs
/// a fraction of what a general HTTP/2 session does, and a load generator must cost less than the
/// server. nghttp2 decodes the header fields that come back.
class GrpcLoad final : public LoadProtocol {
 public:
  /// `request` outlives the object.
  explicit GrpcLoad(LoadRequest& request);
  ~GrpcLoad() override;
  GrpcLoad(const GrpcLoad&) = delete;
  GrpcLoad& operator=(const GrpcLoad&) = delete;

  /// What the client says first on a new connection.
  static std::string Preface();

  /// None until the server's SETTINGS have come.
  std::size_t free_slots() const override;
  void Begin(SteadyTime due, std::string& output) override;
  Status Receive(std::string_view bytes, std::string& output, AnswerSink& sink) override;
  Status ReceiveEnd(AnswerSink& sink) override;
  bool used_up() const override { return leaving_ && streams_.empty(); }
  void Abandon(const Error& error, AnswerSink& sink) override;

 private:
  struct Stream {
    std::uint32_t id = 0;
    SteadyTime due;
    std::size_t sent = 0;     // Of the message.
    std::int64_t window = 0;  // What the server takes yet.
    GrpcOutcome outcome;
    AnswerBody body;
  };
  struct Frame {
    Http2FrameHeader header;
    std::string_view payload;
  };

  static Frame FrameIn(std::string_view bytes);
  Status TakeFrame(const Frame& frame, std::string& output, AnswerSink& sink);
  Status TakeData(const Frame& frame, std::string& output, AnswerSink& sink);
  Status TakeHeaders(const Frame& frame, AnswerSink& sink);
  Status TakeContinuation(const Frame& frame, AnswerSink& sink);
  Status TakeFieldBlock(AnswerSink& sink);
  Status TakeReset(const Frame& frame, AnswerSink& sink);
  Status TakeSettings(const Frame& frame, std::string& output);
  Status ApplySetting(std::uint32_t id, std::uint32_t value);
  Status TakeGoAway(const Frame& frame, AnswerSink& sink);
  Status TakeWindowUpdate(const Frame& frame, std::string& output);

  Stream* Find(std::uint32_t id);
  void Complete(const Stream& stream, AnswerSink& sink);
  void Finish(std::uint32_t id, const Status& outcome, AnswerSink& sink);
  void SendMessage(Stream& stream, std::string& output);
  void SendBlocked(std::string& output);

  LoadRequest& request_;
  nghttp2_hd_inflater* inflater_ = nullptr;
  GrpcRequestFields fields_;
  bool fields_sent_ = false;  // The first block.
  bool greeted_ = false;      // The server's SETTINGS have come.
  bool leaving_ = false;      // The server takes no more streams.
  std::uint32_t next_id_ = 1;
  std::vector<Stream> streams_;  // In flight; few, so that a search is short.
  std::string partial_frame_;

  // Fields that arrive, until their block is complete.
  std::string field_block_;
  std::uint32_t field_stream_ = 0;
  bool field_block_ends_stream_ = false;
  bool in_field_block_ = false;

  // What the server allows.
  std::size_t max_streams_;
  std::uint32_t max_frame_bytes_ = kHttp2DefaultFrameBytes;
  std::uint32_t table_bytes_ = kHpackDefaultTableBytes;
  std::int64_t stream_window_ = kHttp2DefaultWindow;
  std::int64_t window_ = kHttp2DefaultWindow;
  std::size_t blocked_ = 0;  // Streams whose message is not all sent.

  std::uint32_t received_ = 0;  // Data that the connection's window has not been told of.
};

}  // namespace slipway::api::client
