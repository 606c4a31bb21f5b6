// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_load.h"

#include "slipway/api/client/internal/grpc_codec.h"
#include "slipway/base/check.h"

#include <algorithm>

namespace slipway::api::client {
namespace {

constexpr std::string_view kConnectionPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kMaxFieldBlockBytes = 64 * 1024;
// The window is topped up when half of it is used, so a server never waits for us.
constexpr std::uint32_t kWindowStep = kHttp2MaxWindow / 2;
// Stream numbers end at 2^31; the connection makes room for a new one before.
constexpr std::uint32_t kLastStream = kHttp2MaxWindow - 2;

constexpr std::uint16_t kSettingTableBytes = 1;
constexpr std::uint16_t kSettingEnablePush = 2;
constexpr std::uint16_t kSettingMaxStreams = 3;
constexpr std::uint16_t kSettingInitialWindow = 4;
constexpr std::uint16_t kSettingMaxFrameBytes = 5;
constexpr std::size_t kSettingBytes = 6;

template <typename... Args>
Error Violation(fmt::format_string<Args...> format, Args&&... args) {
  return MakeError(ErrorCode::kInternal, "the server breaks HTTP/2: {}",
                   fmt::format(format, std::forward<Args>(args)...));
}

std::string Setting(std::uint16_t id, std::uint32_t value) {
  return std::string{static_cast<char>(id >> 8U), static_cast<char>(id)} + BigEndian32(value);
}

// `payload` without its padding (RFC 9113, 6.1).
Result<std::string_view> WithoutPadding(const Http2FrameHeader& header, std::string_view payload) {
  if ((header.flags & kHttp2Padded) == 0) return payload;
  const std::size_t padding = payload.empty() ? 1 : static_cast<unsigned char>(payload[0]);
  if (padding >= payload.size()) return Violation("a frame has more padding than bytes");
  return payload.substr(1, payload.size() - 1 - padding);
}

// The bytes of the frame that `bytes` begins with; those of a header as long as that is not
// complete.
Result<std::size_t> FrameBytes(std::string_view bytes) {
  if (bytes.size() < kHttp2FrameHeaderBytes) return kHttp2FrameHeaderBytes;
  const std::uint32_t size = ReadHttp2FrameHeader(bytes).size;
  if (size > kHttp2DefaultFrameBytes) {
    return Violation("a frame of {} bytes, more than allowed", size);
  }
  return kHttp2FrameHeaderBytes + size;
}

}  // namespace

GrpcLoad::GrpcLoad(LoadRequest& request)
    : request_(request),
      fields_(
          EncodeGrpcRequestFields(request.authority, kModelInferMethod, kHpackDefaultTableBytes)),
      max_streams_(request.streams) {
  SLIPWAY_CHECK(nghttp2_hd_inflate_new(&inflater_) == 0);
}

GrpcLoad::~GrpcLoad() { nghttp2_hd_inflate_del(inflater_); }

std::string GrpcLoad::Preface() {
  std::string preface(kConnectionPreface);
  AppendHttp2Frame(
      preface, {.type = Http2FrameType::kSettings},
      Setting(kSettingEnablePush, 0) + Setting(kSettingInitialWindow, kHttp2MaxWindow));
  AppendHttp2Frame(preface, {.type = Http2FrameType::kWindowUpdate},
                   BigEndian32(kHttp2MaxWindow - kHttp2DefaultWindow));
  return preface;
}

std::size_t GrpcLoad::free_slots() const {
  if (!greeted_ || leaving_) return 0;
  const std::size_t most = std::min(max_streams_, request_.streams);
  return most > streams_.size() ? most - streams_.size() : 0;
}

void GrpcLoad::Begin(SteadyTime due, std::string& output) {
  const std::uint32_t id = next_id_;
  next_id_ += 2;
  if (next_id_ >= kLastStream) leaving_ = true;
  AppendHttp2Frame(output,
                   {.type = Http2FrameType::kHeaders, .flags = kHttp2EndHeaders, .stream = id},
                   fields_sent_ ? fields_.repeated : fields_.first);
  fields_sent_ = true;
  Stream& stream = streams_.emplace_back();
  stream.id = id;
  stream.due = due;
  stream.window = stream_window_;
  ++blocked_;
  SendMessage(stream, output);
}

void GrpcLoad::SendMessage(Stream& stream, std::string& output) {
  const std::string_view message = request_.bytes;
  while (stream.sent < message.size()) {
    const std::int64_t allowed = std::min({window_, stream.window, std::int64_t{max_frame_bytes_}});
    if (allowed <= 0) return;
    const std::string_view piece = message.substr(stream.sent, static_cast<std::size_t>(allowed));
    stream.sent += piece.size();
    const bool last = stream.sent == message.size();
    AppendHttp2Frame(output,
                     {.type = Http2FrameType::kData,
                      .flags = last ? kHttp2EndStream : std::uint8_t{0},
                      .stream = stream.id},
                     piece);
    window_ -= static_cast<std::int64_t>(piece.size());
    stream.window -= static_cast<std::int64_t>(piece.size());
  }
  --blocked_;
}

void GrpcLoad::SendBlocked(std::string& output) {
  for (Stream& stream : streams_) {
    if (blocked_ == 0) return;
    if (stream.sent < request_.bytes.size()) SendMessage(stream, output);
  }
}

Status GrpcLoad::Receive(std::string_view bytes, std::string& output, AnswerSink& sink) {
  // Frames that lie whole in `bytes` are read there; one that began earlier is completed first.
  while (!partial_frame_.empty() && !bytes.empty()) {
    SLIPWAY_TRY_ASSIGN(const std::size_t size, FrameBytes(partial_frame_));
    const std::string_view piece = bytes.substr(0, size - partial_frame_.size());
    partial_frame_ += piece;
    bytes.remove_prefix(piece.size());
    SLIPWAY_TRY_ASSIGN(const std::size_t whole, FrameBytes(partial_frame_));
    if (partial_frame_.size() == whole) {
      const std::string frame = std::exchange(partial_frame_, {});
      SLIPWAY_TRY(TakeFrame(FrameIn(frame), output, sink));
    }
  }
  while (!bytes.empty()) {
    SLIPWAY_TRY_ASSIGN(const std::size_t size, FrameBytes(bytes));
    if (size > bytes.size()) break;
    SLIPWAY_TRY(TakeFrame(FrameIn(bytes.substr(0, size)), output, sink));
    bytes.remove_prefix(size);
  }
  partial_frame_ += bytes;
  return {};
}

Status GrpcLoad::ReceiveEnd(AnswerSink& /*sink*/) {
  return MakeError(ErrorCode::kUnavailable, "the server closed the connection");
}

void GrpcLoad::Abandon(const Error& error, AnswerSink& sink) {
  const std::vector<Stream> streams = std::exchange(streams_, {});
  blocked_ = 0;
  for (const Stream& stream : streams) sink.OnAnswer(stream.due, error);
}

GrpcLoad::Frame GrpcLoad::FrameIn(std::string_view bytes) {
  return {.header = ReadHttp2FrameHeader(bytes), .payload = bytes.substr(kHttp2FrameHeaderBytes)};
}

Status GrpcLoad::TakeFrame(const Frame& frame, std::string& output, AnswerSink& sink) {
  if (in_field_block_ && frame.header.type != Http2FrameType::kContinuation) {
    return Violation("a frame interrupts header fields");
  }
  switch (frame.header.type) {
    case Http2FrameType::kData:
      return TakeData(frame, output, sink);
    case Http2FrameType::kHeaders:
      return TakeHeaders(frame, sink);
    case Http2FrameType::kContinuation:
      return TakeContinuation(frame, sink);
    case Http2FrameType::kResetStream:
      return TakeReset(frame, sink);
    case Http2FrameType::kSettings:
      return TakeSettings(frame, output);
    case Http2FrameType::kPushPromise:
      return Violation("it pushes, which was not allowed");
    case Http2FrameType::kPing:
      if (frame.header.size != 8) return Violation("a PING of {} bytes", frame.header.size);
      if ((frame.header.flags & kHttp2Ack) == 0) {
        AppendHttp2Frame(output, {.type = Http2FrameType::kPing, .flags = kHttp2Ack},
                         frame.payload);
      }
      return {};
    case Http2FrameType::kGoAway:
      return TakeGoAway(frame, sink);
    case Http2FrameType::kWindowUpdate:
      return TakeWindowUpdate(frame, output);
  }
  return {};  // Unknown types are to be ignored.
}

Status GrpcLoad::TakeData(const Frame& frame, std::string& output, AnswerSink& sink) {
  received_ += frame.header.size;
  if (received_ >= kWindowStep) {
    AppendHttp2Frame(output, {.type = Http2FrameType::kWindowUpdate},
                     BigEndian32(std::exchange(received_, 0)));
  }
  Stream* const stream = Find(frame.header.stream);
  if (stream == nullptr) return {};  // Of a call that is over.
  SLIPWAY_TRY_ASSIGN(const std::string_view data, WithoutPadding(frame.header, frame.payload));
  stream->body.Take(request_, data);
  if (stream->body.size() > request_.max_answer_bytes + kGrpcPrefixBytes) {
    return MakeError(ErrorCode::kResourceExhausted, "an answer has more than {} bytes",
                     request_.max_answer_bytes);
  }
  if ((frame.header.flags & kHttp2EndStream) != 0) Complete(*stream, sink);
  return {};
}

Status GrpcLoad::TakeHeaders(const Frame& frame, AnswerSink& sink) {
  SLIPWAY_TRY_ASSIGN(std::string_view block, WithoutPadding(frame.header, frame.payload));
  if ((frame.header.flags & kHttp2Priority) != 0) {
    constexpr std::size_t kPriorityBytes = 5;
    if (block.size() < kPriorityBytes) return Violation("a HEADERS frame is cut short");
    block.remove_prefix(kPriorityBytes);
  }
  field_block_ = block;
  field_stream_ = frame.header.stream;
  field_block_ends_stream_ = (frame.header.flags & kHttp2EndStream) != 0;
  in_field_block_ = (frame.header.flags & kHttp2EndHeaders) == 0;
  return in_field_block_ ? Status() : TakeFieldBlock(sink);
}

Status GrpcLoad::TakeContinuation(const Frame& frame, AnswerSink& sink) {
  if (!in_field_block_ || frame.header.stream != field_stream_) {
    return Violation("a CONTINUATION that continues nothing");
  }
  field_block_ += frame.payload;
  if (field_block_.size() > kMaxFieldBlockBytes) {
    return Violation("more than {} bytes of header fields", kMaxFieldBlockBytes);
  }
  in_field_block_ = (frame.header.flags & kHttp2EndHeaders) == 0;
  return in_field_block_ ? Status() : TakeFieldBlock(sink);
}

// Every block is decoded, also one for a call that is over: the table depends on all.
Status GrpcLoad::TakeFieldBlock(AnswerSink& sink) {
  Stream* const stream = Find(field_stream_);
  const auto* input = reinterpret_cast<const std::uint8_t*>(field_block_.data());
  std::size_t left = field_block_.size();
  int flags = 0;
  while ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0) {
    nghttp2_nv field;
    flags = 0;
    const ssize_t used = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, input, left, 1);
    if (used < 0) return Violation("its header fields are broken");
    input += used;
    left -= static_cast<std::size_t>(used);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0 && stream != nullptr) {
      stream->outcome.TakeField({reinterpret_cast<const char*>(field.name), field.namelen},
                                {reinterpret_cast<const char*>(field.value), field.valuelen});
    }
    if ((flags & (NGHTTP2_HD_INFLATE_EMIT | NGHTTP2_HD_INFLATE_FINAL)) == 0 && left == 0) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_);
  if (stream != nullptr && field_block_ends_stream_) Complete(*stream, sink);
  return {};
}

Status GrpcLoad::TakeReset(const Frame& frame, AnswerSink& sink) {
  if (frame.payload.size() != 4) return Violation("a RST_STREAM of {} bytes", frame.payload.size());
  Finish(frame.header.stream,
         MakeError(ErrorCode::kUnavailable, "the server reset the call: {}",
                   std::string(nghttp2_http2_strerror(ReadBigEndian32(frame.payload)))),
         sink);
  return {};
}

Status GrpcLoad::TakeSettings(const Frame& frame, std::string& output) {
  if ((frame.header.flags & kHttp2Ack) != 0) return {};
  if (frame.payload.size() % kSettingBytes != 0) {
    return Violation("a SETTINGS of {} bytes", frame.payload.size());
  }
  for (std::string_view rest = frame.payload; !rest.empty(); rest.remove_prefix(kSettingBytes)) {
    const std::uint32_t id = ReadBigEndian32(rest) >> 16U;
    SLIPWAY_TRY(ApplySetting(id, ReadBigEndian32(rest.substr(2))));
  }
  greeted_ = true;
  AppendHttp2Frame(output, {.type = Http2FrameType::kSettings, .flags = kHttp2Ack}, {});
  SendBlocked(output);
  return {};
}

Status GrpcLoad::ApplySetting(std::uint32_t id, std::uint32_t value) {
  if (id == kSettingTableBytes && std::min(value, kHpackDefaultTableBytes) != table_bytes_) {
    table_bytes_ = std::min(value, kHpackDefaultTableBytes);
    fields_ = EncodeGrpcRequestFields(request_.authority, kModelInferMethod, table_bytes_);
    fields_sent_ = false;
  } else if (id == kSettingMaxStreams) {
    max_streams_ = value;
  } else if (id == kSettingInitialWindow) {
    if (value > kHttp2MaxWindow) return Violation("an initial window of {} bytes", value);
    const std::int64_t change = std::int64_t{value} - stream_window_;
    for (Stream& stream : streams_) stream.window += change;
    stream_window_ = value;
  } else if (id == kSettingMaxFrameBytes) {
    if (value < kHttp2DefaultFrameBytes) return Violation("frames of at most {} bytes", value);
    max_frame_bytes_ = value;
  }
  return {};
}

Status GrpcLoad::TakeGoAway(const Frame& frame, AnswerSink& sink) {
  if (frame.payload.size() < 8) return Violation("a GOAWAY of {} bytes", frame.payload.size());
  leaving_ = true;
  const std::uint32_t last = ReadBigEndian32(frame.payload) & kHttp2MaxWindow;
  const Error error =
      MakeError(ErrorCode::kUnavailable, "the server is going away: {}",
                std::string(nghttp2_http2_strerror(ReadBigEndian32(frame.payload.substr(4)))));
  std::vector<std::uint32_t> refused;
  for (const Stream& stream : streams_) {
    if (stream.id > last) refused.push_back(stream.id);
  }
  for (const std::uint32_t id : refused) Finish(id, error, sink);
  return {};
}

Status GrpcLoad::TakeWindowUpdate(const Frame& frame, std::string& output) {
  if (frame.payload.size() != 4) {
    return Violation("a WINDOW_UPDATE of {} bytes", frame.payload.size());
  }
  const std::int64_t step = ReadBigEndian32(frame.payload) & kHttp2MaxWindow;
  if (frame.header.stream == 0) {
    window_ += step;
    if (window_ > kHttp2MaxWindow) return Violation("a window of {} bytes", window_);
  } else if (Stream* const stream = Find(frame.header.stream); stream != nullptr) {
    stream->window += step;
    if (stream->window > kHttp2MaxWindow) return Violation("a window of {} bytes", stream->window);
  }
  SendBlocked(output);
  return {};
}

GrpcLoad::Stream* GrpcLoad::Find(std::uint32_t id) {
  const auto found = std::ranges::find(streams_, id, &Stream::id);
  return found == streams_.end() ? nullptr : &*found;
}

void GrpcLoad::Complete(const Stream& stream, AnswerSink& sink) {
  const Status outcome =
      stream.outcome.ok() ? stream.body.Check(request_) : stream.outcome.ToStatus();
  Finish(stream.id, outcome, sink);
}

void GrpcLoad::Finish(std::uint32_t id, const Status& outcome, AnswerSink& sink) {
  Stream* const stream = Find(id);
  if (stream == nullptr) return;
  const SteadyTime due = stream->due;
  if (stream->sent < request_.bytes.size()) --blocked_;
  std::swap(*stream, streams_.back());
  streams_.pop_back();
  sink.OnAnswer(due, outcome);
}

}  // namespace slipway::api::client
