// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace slipway::api {

/// How a request and its response travel.
enum class StreamMode : std::uint8_t {
  kWhole,      ///< The body is read whole, the response is given whole.
  kResponse,   ///< The body is read whole, the response is given in pieces.
  kBothSides,  ///< Over HTTP/2 the body is handed over in pieces, too; over HTTP/1 as `kResponse`.
};

/// What a stream is told from time to time.
struct StreamTick {
  bool draining = false;  ///< The server wants to end: streams that have nothing to do should.
};

/// Takes what happens to an exchange that goes in pieces.
///
/// All calls come on the I/O thread of its connection, one at a time, and may call the `HttpStream`
/// from inside. None comes after `OnGone`; none but `OnSent` once the response has ended.
class StreamObserver {
 public:
  virtual ~StreamObserver() = default;
  /// The next bytes of the request's body. They count against what the client may send ahead until
  /// `HttpStream::Consume` gives them back.
  virtual void OnBody(std::string_view bytes) = 0;
  /// The client has sent the whole body.
  virtual void OnBodyEnd() = 0;
  /// `bytes` more of those written are on their way; what is left waits for the client to read.
  virtual void OnSent(std::size_t bytes) = 0;
  /// Called several times a second.
  virtual void OnTick(const StreamTick& tick) = 0;
  /// The client has gone, or wants no answer any more.
  virtual void OnGone() = 0;
};

/// Answers a request in pieces: `Start`, any number of `Write`, `Finish`; or `Answer`, alone. Does
/// nothing once the client has gone. What is dropped unfinished is reset.
///
/// Thread-safe, but for `Consume`; calls of one thread take effect in their order.
///
/// What is written waits in memory until the client reads it: who writes keeps count by
/// `StreamObserver::OnSent`, and stops when too much waits.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  /// Sends the status and the fields of `head`, which has no body.
  virtual void Start(HttpResponse head) = 0;
  /// Sends one more piece of the body, which is not empty.
  virtual void Write(std::vector<BodyPart> body) = 0;
  /// Ends the response; HTTP/1 drops `trailers`.
  virtual void Finish(Headers trailers) = 0;
  /// Sends a whole response instead.
  virtual void Answer(HttpResponse response) = 0;
  /// Lets the client send `bytes` more, as many as were read of the body. Only on the I/O thread.
  virtual void Consume(std::size_t bytes) = 0;
};

/// What an `HttpStream` does, as the session is told.
enum class StreamStep : std::uint8_t {
  kStart,    ///< Status and fields.
  kWrite,    ///< A piece of the body.
  kFinish,   ///< Trailers.
  kAnswer,   ///< All at once.
  kRelease,  ///< The handler is done with the stream; unfinished, it is reset.
};

}  // namespace slipway::api
