// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_session.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace slipway::api::client {
namespace {

constexpr std::size_t kMaxFieldBytes = 64 * 1024;  // Of one answer, trailers included.
constexpr std::int32_t kWindowBytes = 16 << 20;    // What a server may send ahead of us.

Error Broken(int code) {
  return MakeError(ErrorCode::kUnavailable, "the HTTP/2 connection is broken: {}",
                   std::string(nghttp2_strerror(code)));
}

nghttp2_nv HeaderField(std::string_view name, std::string_view value) {
  // nghttp2 takes these as not const, copies them and leaves them alone.
  auto* const name_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
  auto* const value_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  return {name_bytes, value_bytes, name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string_view Text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

struct GrpcSession::Callbacks {
  static GrpcSession& Self(void* user) { return *static_cast<GrpcSession*>(user); }

  static int OnField(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                     std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                     std::uint8_t, void* user) {
    GrpcSession& self = Self(user);
    if (frame->hd.stream_id != self.stream_) return 0;
    self.field_bytes_ += name_size + value_size;
    if (self.field_bytes_ > kMaxFieldBytes) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    self.outcome_.TakeField(Text(name, name_size), Text(value, value_size));
    return 0;
  }

  static int OnData(nghttp2_session* session, std::uint8_t, std::int32_t stream,
                    const std::uint8_t* data, std::size_t size, void* user) {
    GrpcSession& self = Self(user);
    if (stream != self.stream_ || self.too_large_) return 0;
    if (self.response_.size() + size > self.max_message_bytes_ + kGrpcPrefixBytes) {
      self.too_large_ = true;
      return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
    }
    self.response_ += Text(data, size);
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) Self(user).leaving_ = true;
    return 0;
  }

  static int OnStreamClose(nghttp2_session*, std::int32_t stream, std::uint32_t error, void* user) {
    GrpcSession& self = Self(user);
    if (stream != self.stream_) return 0;
    self.stream_error_ = error;
    self.done_ = true;
    return 0;
  }

  static ssize_t ReadRequest(nghttp2_session*, std::int32_t, std::uint8_t* buffer,
                             std::size_t length, std::uint32_t* flags, nghttp2_data_source*,
                             void* user) {
    GrpcSession& self = Self(user);
    const std::size_t size = std::min(length, self.request_.size() - self.sent_);
    std::memcpy(buffer, self.request_.data() + self.sent_, size);
    self.sent_ += size;
    if (self.sent_ == self.request_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }

  static int Install(GrpcSession& self) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* options = nullptr;
    int code = nghttp2_session_callbacks_new(&callbacks);
    if (code == 0) code = nghttp2_option_new(&options);
    if (code == 0) {
      nghttp2_session_callbacks_set_on_header_callback(callbacks, OnField);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
      nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
      nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClose);
      // Triton's messages may end in a space, and libgrpc sends them as they are.
      nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(options, 1);
      code = nghttp2_session_client_new2(&self.session_, callbacks, &self, options);
    }
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(options);
    return code;
  }
};

Result<std::unique_ptr<GrpcSession>> GrpcSession::Create(std::uint64_t max_message_bytes) {
  std::unique_ptr<GrpcSession> session(new GrpcSession(max_message_bytes));
  constexpr auto kSettings = std::to_array<nghttp2_settings_entry>({
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindowBytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMaxFieldBytes},
  });
  int code = Callbacks::Install(*session);
  if (code == 0) {
    code = nghttp2_submit_settings(session->session_, NGHTTP2_FLAG_NONE, kSettings.data(),
                                   kSettings.size());
  }
  if (code == 0) {
    code = nghttp2_session_set_local_window_size(session->session_, NGHTTP2_FLAG_NONE, 0,
                                                 kWindowBytes);
  }
  if (code != 0) return Broken(code);
  return session;
}

GrpcSession::~GrpcSession() { nghttp2_session_del(session_); }

Status GrpcSession::Start(GrpcCall call) {
  request_ = std::move(call.frame);
  sent_ = 0;
  response_.clear();
  too_large_ = false;
  field_bytes_ = 0;
  outcome_.Clear();
  stream_error_ = NGHTTP2_NO_ERROR;
  // At most 8 digits of a unit are allowed; that many milliseconds are a day.
  const std::string timeout =
      fmt::format("{}m", std::clamp<std::int64_t>(call.timeout.count(), 1, 99'999'999));
  const std::array<nghttp2_nv, 8> fields = {
      HeaderField(":method", "POST"),       HeaderField(":scheme", "http"),
      HeaderField(":path", call.method),    HeaderField(":authority", call.authority),
      HeaderField("te", "trailers"),        HeaderField("content-type", "application/grpc"),
      HeaderField("user-agent", "slipway"), HeaderField("grpc-timeout", timeout),
  };
  const std::size_t field_count = call.timeout.count() > 0 ? fields.size() : fields.size() - 1;
  const nghttp2_data_provider provider = {.source = {}, .read_callback = Callbacks::ReadRequest};
  const std::int32_t stream =
      nghttp2_submit_request(session_, nullptr, fields.data(), field_count, &provider, nullptr);
  if (stream < 0) return Broken(stream);
  stream_ = stream;
  done_ = false;
  return {};
}

Result<std::string_view> GrpcSession::NextOutput() {
  const std::uint8_t* bytes = nullptr;
  const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
  if (size < 0) return Broken(static_cast<int>(size));
  // nghttp2 answers a breach with GOAWAY, and then has no more to say or to hear.
  if (size == 0 && !done_ && nghttp2_session_want_read(session_) == 0) {
    return Broken(NGHTTP2_ERR_PROTO);
  }
  return Text(bytes, static_cast<std::size_t>(size));
}

Status GrpcSession::Receive(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0) return Broken(static_cast<int>(taken));
  return {};
}

bool GrpcSession::reusable() const {
  return !leaving_ && nghttp2_session_want_read(session_) != 0 &&
         nghttp2_session_check_request_allowed(session_) != 0;
}

Status GrpcSession::CheckAnswered() const {
  if (!done_ || !untouched()) return {};
  return MakeError(ErrorCode::kUnavailable, "the server gave the call up: {}",
                   std::string(nghttp2_http2_strerror(stream_error_)));
}

Result<std::string> GrpcSession::TakeMessage() {
  if (too_large_) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "the answer has more than {} bytes, the limit of this client",
                     max_message_bytes_);
  }
  SLIPWAY_TRY(outcome_.ToStatus());
  if (response_.size() < kGrpcPrefixBytes || response_[0] != '\0' ||
      !response_.starts_with(GrpcPrefix(response_.size() - kGrpcPrefixBytes))) {
    return InternalError(
        "malformed answer of the server: its {} bytes are not one plain gRPC message",
        response_.size());
  }
  response_.erase(0, kGrpcPrefixBytes);
  return std::move(response_);
}

}  // namespace slipway::api::client
