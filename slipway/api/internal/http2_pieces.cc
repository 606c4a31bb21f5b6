// SPDX-License-Identifier: Apache-2.0
// The part of `Http2Session` that serves streams whose responses go in pieces.
#include "slipway/api/internal/http2_session.h"

#include <utility>

namespace slipway::api {

void Http2Session::HandOverPieces(Http2Stream& stream) {
  if (!MayHandOver(stream)) return;
  stream.state = Http2Stream::State::kHandedOver;
  stream.pieces = std::make_unique<Http2Pieces>();
  stream.pieces->observer =
      context_.sink.OnStream(static_cast<RequestId>(stream.id), std::move(stream.request));
}

void Http2Session::Write(RequestId id, StreamStep step, HttpResponse content) {
  if (step == StreamStep::kRelease) --handed_over_;
  Http2Stream* const stream = Find(static_cast<std::int32_t>(id));
  if (stream == nullptr || !stream->pieces) return;
  TakeStep(*stream, step, std::move(content));
}

void Http2Session::TakeStep(Http2Stream& stream, StreamStep step, HttpResponse content) {
  Http2Pieces& pieces = *stream.pieces;
  if (pieces.response_over) return;
  switch (step) {
    case StreamStep::kStart:
      return SubmitResponse(stream, content, true);
    case StreamStep::kWrite:
      if (stream.is_head) return NoteSent(stream, content.body_size());
      if (stream.body.remaining() == 0) stream.deadline.Begin(context_.time.now());
      stream.body.Append(std::move(content.body));
      return GoOn(stream);
    case StreamStep::kFinish:
      pieces.response_over = true;
      stream.trailers = std::move(content.trailers);
      stream.has_trailers = stream.trailers.size() > 0;
      return GoOn(stream);
    case StreamStep::kAnswer:
      pieces.response_over = true;
      return Send(stream, std::move(content));
    case StreamStep::kRelease:
      return Reset(stream, NGHTTP2_INTERNAL_ERROR);
  }
}

// Lets nghttp2 ask for the body again.
void Http2Session::GoOn(Http2Stream& stream) {
  if (!std::exchange(stream.pieces->is_waiting, false)) return;
  nghttp2_session_resume_data(session_.get(), stream.id);
}

void Http2Session::NoteSent(Http2Stream& stream, std::size_t bytes) {
  if (stream.pieces->sent_bytes == 0) sent_.push_back(stream.id);
  stream.pieces->sent_bytes += bytes;
}

// Tells observers what has been sent, which they are not while nghttp2 is at work; whether there
// were any.
bool Http2Session::TellSent() {
  if (sent_.empty()) return false;
  context_.sink.OnStreamEvent();
  for (const std::int32_t id : std::exchange(sent_, {})) {
    Http2Stream* const stream = Find(id);
    if (stream == nullptr || !stream->pieces->observer) continue;
    stream->pieces->observer->OnSent(std::exchange(stream->pieces->sent_bytes, 0));
  }
  return true;
}

void Http2Session::Consume(RequestId id, std::size_t bytes) {
  const Http2Stream* const stream = Find(static_cast<std::int32_t>(id));
  if (stream != nullptr) nghttp2_session_consume_stream(session_.get(), stream->id, bytes);
}

void Http2Session::Tick() {
  for (const auto& stream : streams_) {
    if (!stream->pieces || stream->pieces->response_over) continue;
    context_.sink.OnStreamEvent();
    stream->pieces->observer->OnTick({.draining = draining_});
  }
}

void Http2Session::Abandon() {
  for (const auto& stream : streams_) {
    stream->gone.request_stop();
    if (stream->pieces && stream->pieces->observer) stream->pieces->observer->OnGone();
  }
}

}  // namespace slipway::api
