// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/testing/http2_client.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <array>

namespace slipway::api {

struct Http2ClientCallbacks {
  static Http2Client& Client(void* user) { return *static_cast<Http2Client*>(user); }

  static std::string Text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t, void* user) {
    Http2Reply& reply = Client(user).calls_[frame->hd.stream_id].reply;
    const std::string key = Text(name, name_size);
    if (key == ":status") {
      reply.status = Text(value, value_size);
    } else {
      auto& fields = frame->headers.cat == NGHTTP2_HCAT_HEADERS ? reply.trailers : reply.headers;
      fields[key] = Text(value, value_size);
    }
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Client& client = Client(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      ++client.goaways_;
      client.goaway_error_ = frame->goaway.error_code;
      client.goaway_last_stream_ = frame->goaway.last_stream_id;
    } else if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
      ++client.ping_answers_;
    }
    return 0;
  }

  static int OnData(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void* user) {
    Client(user).calls_[stream].reply.body += Text(data, size);
    return 0;
  }

  static int OnClose(nghttp2_session*, std::int32_t stream, std::uint32_t error, void* user) {
    Http2Reply& reply = Client(user).calls_[stream].reply;
    reply.closed = true;
    reply.error = error;
    return 0;
  }

  static ssize_t ReadBody(nghttp2_session*, std::int32_t stream, std::uint8_t* into,
                          std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                          void* user) {
    Http2Client::Outgoing& call = Client(user).calls_[stream];
    const std::size_t count = std::min(size, call.body.size() - call.sent);
    std::copy_n(call.body.begin() + static_cast<std::ptrdiff_t>(call.sent), count, into);
    call.sent += count;
    if (call.sent < call.body.size()) return static_cast<ssize_t>(count);
    if (!call.more_follows) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (call.more_follows && count == 0) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(count);
  }
};

Http2Client::Http2Client(std::uint32_t window_bytes) {
  nghttp2_session_callbacks* callbacks = nullptr;
  SLIPWAY_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Http2ClientCallbacks::OnHeader);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Http2ClientCallbacks::OnFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks,
                                                            Http2ClientCallbacks::OnData);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Http2ClientCallbacks::OnClose);
  SLIPWAY_CHECK(nghttp2_session_client_new(&session_, callbacks, this) == 0);
  nghttp2_session_callbacks_del(callbacks);
  const std::array<nghttp2_settings_entry, 1> settings = {
      {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window_bytes}}};
  SLIPWAY_CHECK(
      nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, 64 << 20);
}

Http2Client::~Http2Client() { nghttp2_session_del(session_); }

std::int32_t Http2Client::Send(const Http2Call& call) {
  std::vector<std::pair<std::string, std::string>> fields = {
      {":method", call.method}, {":scheme", "http"}, {":authority", "test"}, {":path", call.path}};
  fields.insert(fields.end(), call.headers.begin(), call.headers.end());
  std::vector<nghttp2_nv> values;
  for (auto& [name, value] : fields) {
    values.push_back({.name = reinterpret_cast<std::uint8_t*>(name.data()),
                      .value = reinterpret_cast<std::uint8_t*>(value.data()),
                      .namelen = name.size(),
                      .valuelen = value.size(),
                      .flags = NGHTTP2_NV_FLAG_NONE});
  }
  nghttp2_data_provider provider{};
  provider.read_callback = Http2ClientCallbacks::ReadBody;
  const bool has_body = !call.body.empty() || call.more_follows;
  const std::int32_t stream = nghttp2_submit_request(
      session_, nullptr, values.data(), values.size(), has_body ? &provider : nullptr, nullptr);
  SLIPWAY_CHECK(stream > 0);
  calls_[stream].body = call.body;
  calls_[stream].more_follows = call.more_follows;
  return stream;
}

void Http2Client::SendMore(std::int32_t stream, std::string_view bytes) {
  calls_[stream].body += bytes;
  nghttp2_session_resume_data(session_, stream);
}

void Http2Client::EndSending(std::int32_t stream) {
  calls_[stream].more_follows = false;
  nghttp2_session_resume_data(session_, stream);
}

void Http2Client::Reset(std::int32_t stream) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}

void Http2Client::Ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

std::string Http2Client::TakeOutput() {
  std::string text;
  const std::uint8_t* data = nullptr;
  for (ssize_t size = nghttp2_session_mem_send(session_, &data); size > 0;
       size = nghttp2_session_mem_send(session_, &data)) {
    text.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  return text;
}

bool Http2Client::Receive(std::string_view bytes) {
  return nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                  bytes.size()) >= 0;
}

}  // namespace slipway::api
