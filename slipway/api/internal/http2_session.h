// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http2_flood.h"
#include "slipway/api/internal/http2_stream.h"
#include "slipway/api/internal/http_session.h"

#include <nghttp2/nghttp2.h>

#include <memory>
#include <string_view>
#include <vector>

namespace slipway::api {

/// HTTP/2 (RFC 9113) by nghttp2, with limits of our own on what one client may cost.
///
/// A stream that the client resets is forgotten; its late response is dropped.
class Http2Session final : public HttpSession {
 public:
  explicit Http2Session(const SessionContext& context);
  ~Http2Session() override;

  void Receive(ByteView bytes) override;
  void ReceiveEnd() override;
  void Respond(RequestId id, HttpResponse response) override;
  void Write(RequestId id, StreamStep step, HttpResponse content) override;
  void Consume(RequestId id, std::size_t bytes) override;
  OutputQueue& Output() override;
  bool wants_input() const override;
  bool finished() const override;
  std::size_t open_requests() const override { return streams_.size(); }
  void CheckDeadlines() override;
  void Drain() override;
  void Abandon() override;

 private:
  friend struct Http2Callbacks;

  // What nghttp2 reports. False ends the connection.
  bool OnFrameBegin(const nghttp2_frame_hd& frame);
  void OnRequestBegin(std::int32_t id);
  void OnField(Http2Stream& stream, std::string_view name, std::string_view value);
  void OnHeaderEnd(Http2Stream& stream);
  void OnData(Http2Stream& stream, std::string_view bytes);
  void OnRequestEnd(Http2Stream& stream);
  void OnPingAnswered();
  void OnFrameSent(const nghttp2_frame& frame);
  void OnStreamClosed(Http2Stream& stream);

  Http2Stream* Find(std::int32_t id) const;
  void TakeBody(Http2Stream& stream, std::string_view bytes);
  bool CheckGrpcPrefix(Http2Stream& stream, std::string_view bytes);
  void Refuse(Http2Stream& stream, const Refusal& refusal);
  void Send(Http2Stream& stream, HttpResponse response);
  void SubmitResponse(Http2Stream& stream, const HttpResponse& response, bool has_data);

  // Of streams that go in pieces.
  bool MayHandOver(Http2Stream& stream);
  void HandOverPieces(Http2Stream& stream);
  void TakeStep(Http2Stream& stream, StreamStep step, HttpResponse content);
  void GoOn(Http2Stream& stream);
  void NoteSent(Http2Stream& stream, std::size_t bytes);
  bool TellSent();
  void Tick();
  std::uint64_t MaxBodyBytes(const Http2Stream& stream) const;

  void SubmitTrailers(Http2Stream& stream);
  void Reset(const Http2Stream& stream, std::uint32_t error_code);
  void CheckDeadline(Http2Stream& stream, SteadyTime now);
  void Fail(std::uint32_t error_code);

  struct SessionDelete {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  const SessionContext context_;
  std::unique_ptr<nghttp2_session, SessionDelete> session_;
  std::vector<std::unique_ptr<Http2Stream>> streams_;
  OutputQueue output_;
  std::vector<nghttp2_nv> fields_;  // Scratch of `SubmitResponse`.
  std::vector<std::int32_t> sent_;  // Streams whose observers were not told of bytes sent.
  Http2FrameBudget budget_;
  std::size_t handed_over_ = 0;  // Requests that handlers have; also of streams that are forgotten.
  SteadyTime idle_since_;
  bool greeted_ = false;  // The client's first SETTINGS have come.
  bool draining_ = false;
  bool last_goaway_submitted_ = false;
  bool failed_ = false;
};

}  // namespace slipway::api
