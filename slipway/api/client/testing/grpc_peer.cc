// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/testing/grpc_peer.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <cstring>

namespace slipway::api::client {
namespace {

nghttp2_nv Field(std::string_view name, std::string_view value) {
  auto* const name_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
  auto* const value_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  return {name_bytes, value_bytes, name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string Text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

struct GrpcPeer::Callbacks {
  static GrpcPeer& Self(void* user) { return *static_cast<GrpcPeer*>(user); }

  static int OnField(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                     std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                     std::uint8_t, void* user) {
    Self(user).streams_[frame->hd.stream_id].call.fields.emplace_back(Text(name, name_size),
                                                                      Text(value, value_size));
    return 0;
  }

  static int OnData(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void* user) {
    Self(user).streams_[stream].call.body += Text(data, size);
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    const bool carries = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (carries && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      Self(user).Answer(frame->hd.stream_id);
    }
    return 0;
  }

  static int OnBadFrame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
    Self(user).broken_ = true;
    return 0;
  }

  static ssize_t ReadAnswer(nghttp2_session* session, std::int32_t stream, std::uint8_t* buffer,
                            std::size_t length, std::uint32_t* flags, nghttp2_data_source*,
                            void* user) {
    GrpcPeer& self = Self(user);
    std::size_t& sent = self.streams_[stream].sent;
    const std::size_t size = std::min(length, self.answer_.body.size() - sent);
    std::memcpy(buffer, self.answer_.body.data() + sent, size);
    sent += size;
    if (sent < self.answer_.body.size()) return static_cast<ssize_t>(size);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!self.answer_.grpc_status.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      std::vector<nghttp2_nv> trailers = {Field("grpc-status", self.answer_.grpc_status)};
      if (!self.answer_.grpc_message.empty()) {
        trailers.push_back(Field("grpc-message", self.answer_.grpc_message));
      }
      SLIPWAY_CHECK(nghttp2_submit_trailer(session, stream, trailers.data(), trailers.size()) == 0);
    }
    return static_cast<ssize_t>(size);
  }
};

GrpcPeer::GrpcPeer(PeerAnswer answer, const std::vector<nghttp2_settings_entry>& settings)
    : answer_(std::move(answer)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  SLIPWAY_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::OnField);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, Callbacks::OnBadFrame);
  SLIPWAY_CHECK(nghttp2_session_server_new(&session_, callbacks, this) == 0);
  nghttp2_session_callbacks_del(callbacks);
  SLIPWAY_CHECK(
      nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
}

GrpcPeer::~GrpcPeer() { nghttp2_session_del(session_); }

std::string GrpcPeer::Exchange(std::string_view bytes) {
  const auto* const input = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (nghttp2_session_mem_recv(session_, input, bytes.size()) < 0) broken_ = true;
  std::string output;
  const std::uint8_t* piece = nullptr;
  for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_, &piece)) > 0;) {
    output += Text(piece, static_cast<std::size_t>(size));
  }
  return output;
}

void GrpcPeer::GoAway() {
  SLIPWAY_CHECK(
      nghttp2_session_terminate_session2(
          session_, nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR) == 0);
}

void GrpcPeer::Answer(std::int32_t stream) {
  calls_.push_back(streams_[stream].call);
  if (answer_.reset != NGHTTP2_NO_ERROR) {
    SLIPWAY_CHECK(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, answer_.reset) ==
                  0);
    return;
  }
  const std::vector<nghttp2_nv> fields = {Field(":status", answer_.http_status),
                                          Field("content-type", "application/grpc")};
  const nghttp2_data_provider provider = {.source = {}, .read_callback = Callbacks::ReadAnswer};
  SLIPWAY_CHECK(
      nghttp2_submit_response(session_, stream, fields.data(), fields.size(), &provider) == 0);
}

}  // namespace slipway::api::client
