// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http2_callbacks.h"

#include "slipway/api/internal/http2_session.h"
#include "slipway/base/check.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace slipway::api {
namespace {

// A body of less than this is copied into its frame; a bigger one is sent from where it is.
constexpr std::size_t kCopyFrameBelow = 4096;
// What a frame that breaks the protocol costs a client, in frames that carry nothing.
constexpr int kInvalidFrameCost = 20;
// Bytes that wait for the socket before no more data is framed.
constexpr std::size_t kMaxUnsentFrameBytes = std::size_t{256} << 10U;

Http2Session& Session(void* user) { return *static_cast<Http2Session*>(user); }

std::string_view Text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

bool HasFlag(std::uint8_t flags, nghttp2_flag flag) { return (flags & flag) != 0; }

bool IsRequestHeader(const nghttp2_frame& frame) {
  return frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
}

}  // namespace

int Http2Callbacks::OnBeginFrame(nghttp2_session*, const nghttp2_frame_hd* frame, void* user) {
  return Session(user).OnFrameBegin(*frame) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

int Http2Callbacks::OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  if (IsRequestHeader(*frame)) Session(user).OnRequestBegin(frame->hd.stream_id);
  return 0;
}

int Http2Callbacks::OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                             std::size_t name_size, const std::uint8_t* value,
                             std::size_t value_size, std::uint8_t, void* user) {
  Http2Stream* const stream = Session(user).Find(frame->hd.stream_id);
  // Trailers say nothing that a handler needs, and must not pass for fields.
  if (stream == nullptr || !IsRequestHeader(*frame)) return 0;
  Session(user).OnField(*stream, Text(name, name_size), Text(value, value_size));
  return 0;
}

int Http2Callbacks::OnFrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  Http2Session& session = Session(user);
  if (frame->hd.type == NGHTTP2_SETTINGS) session.greeted_ = true;
  if (frame->hd.type == NGHTTP2_PING && HasFlag(frame->hd.flags, NGHTTP2_FLAG_ACK)) {
    session.OnPingAnswered();
  }
  Http2Stream* const stream = session.Find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  if (IsRequestHeader(*frame)) session.OnHeaderEnd(*stream);
  const bool carries_data = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
  if (carries_data && HasFlag(frame->hd.flags, NGHTTP2_FLAG_END_STREAM)) {
    session.OnRequestEnd(*stream);
  }
  return 0;
}

int Http2Callbacks::OnInvalidFrame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
  Http2Session& session = Session(user);
  const SteadyTime now = session.context_.time.now();
  return session.budget_.Spend(kInvalidFrameCost, now) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

int Http2Callbacks::OnDataChunk(nghttp2_session* session, std::uint8_t, std::int32_t id,
                                const std::uint8_t* data, std::size_t size, void* user) {
  Http2Stream* const stream = Session(user).Find(id);
  if (stream != nullptr) {
    Session(user).OnData(*stream, Text(data, size));
  } else {
    nghttp2_session_consume_connection(session, size);
  }
  return 0;
}

int Http2Callbacks::OnStreamClose(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
  Http2Stream* const stream = Session(user).Find(id);
  if (stream != nullptr) Session(user).OnStreamClosed(*stream);
  return 0;
}

int Http2Callbacks::OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  Session(user).OnFrameSent(*frame);
  return 0;
}

ssize_t Http2Callbacks::ReadBody(nghttp2_session*, std::int32_t, std::uint8_t* into,
                                 std::size_t size, std::uint32_t* flags,
                                 nghttp2_data_source* source, void* user) {
  Http2Stream& stream = *static_cast<Http2Stream*>(source->ptr);
  const std::size_t now = std::min(size, stream.body.remaining());
  const bool has_more = stream.pieces && !stream.pieces->response_over;
  if (has_more && now == 0) {
    stream.pieces->is_waiting = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  if (now == stream.body.remaining() && !has_more) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (stream.has_trailers) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      Session(user).SubmitTrailers(stream);
    }
  }
  if (now < kCopyFrameBelow) {
    stream.body.CopyTo(std::as_writable_bytes(std::span(into, now)));
  } else {
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  }
  return static_cast<ssize_t>(now);
}

int Http2Callbacks::SendData(nghttp2_session*, nghttp2_frame*, const std::uint8_t* header,
                             std::size_t size, nghttp2_data_source* source, void* user) {
  constexpr std::size_t kFrameHeaderBytes = 9;
  OutputQueue& output = Session(user).output_;
  if (output.size() >= kMaxUnsentFrameBytes) return NGHTTP2_ERR_WOULDBLOCK;
  output.text().append(Text(header, kFrameHeaderBytes));
  static_cast<Http2Stream*>(source->ptr)->body.MoveTo(output, size);
  return 0;
}

const nghttp2_session_callbacks* Http2Callbacks::Table() {
  static const auto* const table = [] {
    nghttp2_session_callbacks* callbacks = nullptr;
    SLIPWAY_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, OnBeginFrame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrameReceived);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, OnInvalidFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnDataChunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClose);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnFrameSent);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, SendData);
    return callbacks;
  }();
  return table;
}

}  // namespace slipway::api
