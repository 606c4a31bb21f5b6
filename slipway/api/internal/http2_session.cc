// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http2_session.h"

#include "slipway/api/internal/http2_callbacks.h"
#include "slipway/base/check.h"
#include "slipway/base/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace slipway::api {
namespace {

// How much a client may send ahead: per stream and in all. Big messages should not wait for window
// updates on a fast network; a body's own limit bounds what is kept.
constexpr std::int32_t kStreamWindowBytes = 4 << 20;
constexpr std::int32_t kConnectionWindowBytes = 16 << 20;
// Room that a body gets on the word of its content-length alone; beyond it, room follows the bytes.
constexpr std::uint64_t kTrustedHttp2BodyBytes = std::uint64_t{4} << 20U;
// What stands in front of each gRPC message.
constexpr std::size_t kGrpcPrefixBytes = 5;
// A body whose first frame is no longer than this is not worth a look ahead.
constexpr std::size_t kSmallBodyBytes = 4096;
// Control frames that wait for a client which doesn't read, before nothing more is read from it.
constexpr std::size_t kMaxUnsentControlBytes = std::size_t{256} << 10U;
// Streams that a client may reset: at once, and per second in the long run.
constexpr std::uint64_t kResetBurst = 1'000;
constexpr std::uint64_t kResetsPerSecond = 100;
// A header may take this many frames of 16 KiB beyond its first; its fields are counted against the
// limits one by one.
constexpr std::size_t kMaxContinuations = 2;
// What a client may go on sending when it has its response.
constexpr std::size_t kMaxUnwantedBytes = std::size_t{1} << 20U;

nghttp2_nv Field(std::string_view name, std::string_view value) {
  // nghttp2 copies both and writes to neither.
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {.name = bytes(name),
          .value = bytes(value),
          .namelen = name.size(),
          .valuelen = value.size(),
          .flags = NGHTTP2_NV_FLAG_NONE};
}

void AppendFields(const Headers& headers, std::vector<nghttp2_nv>& fields) {
  for (std::size_t index = 0; index < headers.size(); ++index) {
    const auto [name, value] = headers[index];
    fields.push_back(Field(name, value));
  }
}

struct OptionDelete {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};

std::unique_ptr<nghttp2_option, OptionDelete> MakeOptions() {
  nghttp2_option* option = nullptr;
  SLIPWAY_CHECK(nghttp2_option_new(&option) == 0);
  nghttp2_option_set_no_closed_streams(option, 1);
  // What a stream in pieces sends is given back as its handler reads it.
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_max_continuations(option, kMaxContinuations);
  nghttp2_option_set_stream_reset_rate_limit(option, kResetBurst, kResetsPerSecond);
  return std::unique_ptr<nghttp2_option, OptionDelete>(option);
}

// How long a gRPC message is by its prefix: 1 byte of flags, 4 of length (big-endian).
std::uint64_t AnnouncedGrpcBytes(std::string_view prefix) {
  std::uint64_t length = 0;
  for (const char byte : prefix.substr(1, kGrpcPrefixBytes - 1)) {
    length = length * 256 + static_cast<unsigned char>(byte);
  }
  return length;
}

bool CarriesData(const nghttp2_frame_hd& frame) {
  return frame.type == NGHTTP2_DATA &&
         (frame.length > 0 || (frame.flags & NGHTTP2_FLAG_END_STREAM) != 0);
}

}  // namespace

Http2Session::Http2Session(const SessionContext& context)
    : context_(context), budget_(context.time.now()), idle_since_(context.time.now()) {
  const TransportOptions& limits = context_.options;
  nghttp2_session* session = nullptr;
  SLIPWAY_CHECK(nghttp2_session_server_new2(&session, Http2Callbacks::Table(), this,
                                            MakeOptions().get()) == 0);
  session_.reset(session);
  const std::array<nghttp2_settings_entry, 4> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, static_cast<std::uint32_t>(limits.max_streams)},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindowBytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.max_header_bytes)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  SLIPWAY_CHECK(
      nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
  SLIPWAY_CHECK(nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                                      kConnectionWindowBytes) == 0);
}

Http2Session::~Http2Session() = default;

void Http2Session::Receive(ByteView bytes) {
  if (failed_) return;
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t used = nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  if (used < 0) Fail(NGHTTP2_ENHANCE_YOUR_CALM);
}

// Clients of HTTP/2 don't leave one side only: nobody is there to take the responses.
void Http2Session::ReceiveEnd() { failed_ = true; }

Http2Stream* Http2Session::Find(std::int32_t id) const {
  return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session_.get(), id));
}

bool Http2Session::OnFrameBegin(const nghttp2_frame_hd& frame) {
  return CarriesData(frame) || budget_.Spend(1, context_.time.now());
}

void Http2Session::OnRequestBegin(std::int32_t id) {
  auto stream = std::make_unique<Http2Stream>();
  stream->id = id;
  stream->slot = streams_.size();
  stream->request.version = HttpVersion::kHttp2;
  stream->deadline.Begin(context_.time.now());
  nghttp2_session_set_stream_user_data(session_.get(), id, stream.get());
  streams_.push_back(std::move(stream));
}

void Http2Session::OnField(Http2Stream& stream, std::string_view name, std::string_view value) {
  if (stream.refusal) return;
  const TransportOptions& limits = context_.options;
  HttpRequest& request = stream.request;
  if (name == ":method") {
    request.method = value;
  } else if (name == ":path") {
    if (value.size() > limits.max_target_bytes) {
      stream.refusal = {414, fmt::format("the target has {} bytes; the limit is {}", value.size(),
                                         limits.max_target_bytes)};
    } else {
      request.target = value;
    }
  } else if (name != ":scheme") {
    request.headers.Add(name == ":authority" ? "host" : name, value);
    if (name == "content-type") stream.is_grpc = IsGrpcType(value);
  }
  if (request.headers.text_bytes() > limits.max_header_bytes) {
    stream.refusal = {431, fmt::format("the header fields are over the limit of {} bytes",
                                       limits.max_header_bytes)};
  } else if (request.headers.size() > limits.max_header_count) {
    stream.refusal = {431,
                      fmt::format("there are more than {} header fields", limits.max_header_count)};
  }
}

void Http2Session::OnHeaderEnd(Http2Stream& stream) {
  stream.state = Http2Stream::State::kReadingBody;
  stream.is_head = stream.request.method == "HEAD";
  stream.deadline.Begin(context_.time.now());
  if (stream.refusal) return Refuse(stream, *stream.refusal);
  stream.mode = context_.sink.ModeOf(stream.request);
  if (stream.mode == StreamMode::kBothSides) return HandOverPieces(stream);
  const auto length = stream.request.headers.Find("content-length");
  if (!length) return;
  std::uint64_t bytes = 0;
  std::from_chars(length->data(), length->data() + length->size(), bytes);  // Checked by nghttp2.
  if (bytes > MaxBodyBytes(stream)) {
    return Refuse(stream, {413, fmt::format("the body has {} bytes; the limit is {}", bytes,
                                            MaxBodyBytes(stream))});
  }
  stream.request.body.reserve(static_cast<std::size_t>(std::min(bytes, kTrustedHttp2BodyBytes)));
}

void Http2Session::OnData(Http2Stream& stream, std::string_view bytes) {
  if (stream.pieces && !stream.pieces->response_over) {
    // Other streams of the connection don't wait for this one's handler.
    nghttp2_session_consume_connection(session_.get(), bytes.size());
    context_.sink.OnStreamEvent();
    return stream.pieces->observer->OnBody(bytes);
  }
  nghttp2_session_consume(session_.get(), stream.id, bytes.size());
  if (stream.state == Http2Stream::State::kSent) {
    stream.unwanted_bytes += bytes.size();
    if (stream.unwanted_bytes > kMaxUnwantedBytes) Reset(stream, NGHTTP2_NO_ERROR);
  }
  if (stream.state == Http2Stream::State::kReadingBody) TakeBody(stream, bytes);
}

void Http2Session::TakeBody(Http2Stream& stream, std::string_view bytes) {
  std::string& body = stream.request.body;
  if (bytes.size() > MaxBodyBytes(stream) - body.size()) {
    return Refuse(
        stream, {413, fmt::format("the body is over the limit of {} bytes", MaxBodyBytes(stream))});
  }
  if (stream.is_grpc && body.size() < kGrpcPrefixBytes && !CheckGrpcPrefix(stream, bytes)) return;
  body.append(bytes);
  stream.deadline.Progress(context_.time.now(), bytes.size());
}

// Looks at what the first message of a gRPC call says of its length, once that has come whole: too
// long a message is refused before it has come, and a long one gets room.
bool Http2Session::CheckGrpcPrefix(Http2Stream& stream, std::string_view bytes) {
  std::string& body = stream.request.body;
  std::string prefix = body;
  prefix.append(bytes.substr(0, kGrpcPrefixBytes - body.size()));
  if (prefix.size() < kGrpcPrefixBytes) return true;
  const std::uint64_t length = AnnouncedGrpcBytes(prefix);
  const std::uint64_t limit = context_.options.max_grpc_message_bytes;
  if (length > limit) {
    Refuse(stream,
           {413, fmt::format("the gRPC message has {} bytes; the limit is {}", length, limit)});
    return false;
  }
  if (bytes.size() > kSmallBodyBytes) {
    body.reserve(
        static_cast<std::size_t>(std::min(length + kGrpcPrefixBytes, kTrustedHttp2BodyBytes)));
  }
  return true;
}

std::uint64_t Http2Session::MaxBodyBytes(const Http2Stream& stream) const {
  const TransportOptions& limits = context_.options;
  return stream.is_grpc ? limits.max_grpc_message_bytes + kGrpcPrefixBytes : limits.max_body_bytes;
}

void Http2Session::OnRequestEnd(Http2Stream& stream) {
  stream.request_over = true;
  if (stream.pieces) {
    if (stream.pieces->response_over) return;
    context_.sink.OnStreamEvent();
    return stream.pieces->observer->OnBodyEnd();
  }
  if (stream.state != Http2Stream::State::kReadingBody) return;
  if (stream.mode != StreamMode::kWhole) return HandOverPieces(stream);
  if (!MayHandOver(stream)) return;
  stream.state = Http2Stream::State::kHandedOver;
  stream.gone = std::stop_source();
  stream.request.gone = stream.gone.get_token();
  context_.sink.OnRequest(static_cast<RequestId>(stream.id), std::move(stream.request));
}

// Counts the request as one that a handler has; refuses it if handlers have too many.
bool Http2Session::MayHandOver(Http2Stream& stream) {
  budget_.EarnRequest();
  if (handed_over_ >= context_.options.max_streams) {
    // Only a client that resets what it has asked for comes here: its work isn't done yet.
    stream.state = Http2Stream::State::kSent;
    Reset(stream, NGHTTP2_REFUSED_STREAM);
    return false;
  }
  ++handed_over_;
  return true;
}

void Http2Session::Respond(RequestId id, HttpResponse response) {
  --handed_over_;
  Http2Stream* const stream = Find(static_cast<std::int32_t>(id));
  if (stream != nullptr) Send(*stream, std::move(response));
}

void Http2Session::Refuse(Http2Stream& stream, const Refusal& refusal) {
  HttpResponse response = RefusalResponse(refusal, stream.is_grpc);
  stream.request = {};
  Send(stream, std::move(response));
}

void Http2Session::Send(Http2Stream& stream, HttpResponse response) {
  const fmt::format_int length(response.body_size());
  if (!response.body.empty() && !response.has_trailers) {
    response.headers.Add("content-length", {length.data(), length.size()});
  }
  stream.body = Http2Body(std::move(response.body));
  stream.has_trailers = response.has_trailers;
  stream.trailers = std::move(response.trailers);
  const bool has_data = (stream.body.remaining() > 0 && !stream.is_head) || stream.has_trailers;
  SubmitResponse(stream, response, has_data);
}

void Http2Session::SubmitResponse(Http2Stream& stream, const HttpResponse& response,
                                  bool has_data) {
  stream.state = Http2Stream::State::kSending;
  stream.deadline.Begin(context_.time.now());
  const fmt::format_int status(response.status);
  fields_.clear();
  fields_.push_back(Field(":status", {status.data(), status.size()}));
  AppendFields(response.headers, fields_);
  fields_.push_back(Field("date", context_.time.date()));
  const nghttp2_data_provider provider{.source = {.ptr = &stream},
                                       .read_callback = Http2Callbacks::ReadBody};
  const int result = nghttp2_submit_response(session_.get(), stream.id, fields_.data(),
                                             fields_.size(), has_data ? &provider : nullptr);
  if (result != 0) Reset(stream, NGHTTP2_INTERNAL_ERROR);
}

void Http2Session::Reset(const Http2Stream& stream, std::uint32_t error_code) {
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, error_code);
}

void Http2Session::SubmitTrailers(Http2Stream& stream) {
  fields_.clear();
  AppendFields(stream.trailers, fields_);
  nghttp2_submit_trailer(session_.get(), stream.id, fields_.data(), fields_.size());
}

void Http2Session::OnFrameSent(const nghttp2_frame& frame) {
  const bool ends = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.hd.type != NGHTTP2_DATA && frame.hd.type != NGHTTP2_HEADERS) return;
  Http2Stream* const stream = Find(frame.hd.stream_id);
  if (stream == nullptr) return;
  if (frame.hd.type == NGHTTP2_DATA) {
    budget_.EarnData();
    stream->deadline.Progress(context_.time.now(), frame.hd.length);
    if (stream->pieces && frame.hd.length > 0) NoteSent(*stream, frame.hd.length);
  }
  if (ends && !stream->request_over) {
    // The client may stop now (RFC 9113, 8.1). It is not reset at once, since curl and others lose
    // a response that has a reset right behind it.
    stream->state = Http2Stream::State::kSent;
  }
  if (ends && stream->pieces) stream->pieces->observer.reset();
}

void Http2Session::OnStreamClosed(Http2Stream& stream) {
  nghttp2_session_set_stream_user_data(session_.get(), stream.id, nullptr);
  stream.gone.request_stop();
  if (stream.pieces && stream.pieces->observer) stream.pieces->observer->OnGone();
  const std::size_t slot = stream.slot;
  std::swap(streams_[slot], streams_.back());
  streams_[slot]->slot = slot;
  streams_.pop_back();
  if (streams_.empty()) idle_since_ = context_.time.now();
}

OutputQueue& Http2Session::Output() {
  const std::uint8_t* data = nullptr;
  do {
    while (output_.size() < kMaxUnsentControlBytes) {
      const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
      if (size <= 0) break;
      output_.text().append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    }
  } while (TellSent());
  return output_;
}

bool Http2Session::wants_input() const {
  return !failed_ && output_.size() < kMaxUnsentControlBytes;
}

bool Http2Session::finished() const {
  return failed_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                     nghttp2_session_want_write(session_.get()) == 0);
}

void Http2Session::Fail(std::uint32_t error_code) {
  failed_ = true;
  nghttp2_session_terminate_session(session_.get(), error_code);
}

void Http2Session::CheckDeadlines() {
  const SteadyTime now = context_.time.now();
  const TransportOptions& limits = context_.options;
  if (failed_) return;
  if (!greeted_ && now > idle_since_ + limits.header_timeout) return Fail(NGHTTP2_PROTOCOL_ERROR);
  if (streams_.empty() && now > idle_since_ + limits.idle_timeout) return Fail(NGHTTP2_NO_ERROR);
  for (const auto& stream : streams_) CheckDeadline(*stream, now);
  Tick();
}

void Http2Session::CheckDeadline(Http2Stream& stream, SteadyTime now) {
  const TransportOptions& limits = context_.options;
  switch (stream.state) {
    case Http2Stream::State::kReadingHeader:
      // Until a header has ended, nothing else of the connection can be read.
      if (stream.deadline.Passed(now, limits.header_timeout)) Fail(NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    case Http2Stream::State::kReadingBody:
      if (!stream.deadline.Passed(now, limits.body_timeout)) return;
      return Refuse(stream, {408, fmt::format("the body stopped coming for {} ms",
                                              limits.body_timeout.count())});
    case Http2Stream::State::kHandedOver:
      return;
    case Http2Stream::State::kSending:
      // Nothing is late as long as the handler has given nothing.
      if (stream.pieces && stream.body.remaining() == 0) return;
      [[fallthrough]];
    case Http2Stream::State::kSent:
      if (stream.deadline.Passed(now, limits.body_timeout)) Reset(stream, NGHTTP2_CANCEL);
      return;
  }
}

void Http2Session::Drain() {
  if (std::exchange(draining_, true)) return;
  // First a GOAWAY that forbids nothing: requests that are on their way are still answered. Its
  // client has seen it when it answers the PING.
  nghttp2_submit_shutdown_notice(session_.get());
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
}

void Http2Session::OnPingAnswered() {
  if (!draining_ || std::exchange(last_goaway_submitted_, true)) return;
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

}  // namespace slipway::api
