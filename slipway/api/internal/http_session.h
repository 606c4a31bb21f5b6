// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/http_stream.h"
#include "slipway/api/internal/http_time.h"
#include "slipway/api/internal/http_transport.h"
#include "slipway/api/internal/io_output.h"
#include "slipway/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace slipway::api {

/// Which request of a connection is meant.
using RequestId = std::uint64_t;

/// Takes the requests that a session has read.
class RequestSink {
 public:
  virtual ~RequestSink() = default;
  /// May call the session's `Respond` before it returns, and nothing else of it.
  virtual void OnRequest(RequestId id, HttpRequest request) = 0;
  /// How the request with this method, target and these fields travels.
  virtual StreamMode ModeOf(const HttpRequest& head) const = 0;
  /// Takes a request that goes in pieces and returns who watches it. May call the session's `Write`
  /// and `Consume` before it returns, and nothing else of it.
  virtual std::shared_ptr<StreamObserver> OnStream(RequestId id, HttpRequest request) = 0;
  /// Observers are about to be called.
  virtual void OnStreamEvent() = 0;
};

/// Where a session reads a big body from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads at most `into.size()` bytes and returns how many; 0 or less if there are none now.
  virtual std::ptrdiff_t Read(MutableByteView into) = 0;
};

/// What a session uses and does not own.
struct SessionContext {
  const TransportOptions& options;
  const RoundTime& time;
  RequestSink& sink;
};

/// The protocol of one connection as a state machine: bytes in, requests out; responses in, bytes
/// out. It knows no sockets, so that tests and fuzzers can drive it.
///
/// Not thread-safe: it lives on its connection's I/O thread.
class HttpSession {
 public:
  virtual ~HttpSession() = default;

  /// Takes the next bytes of the client. After `finished` they are dropped.
  virtual void Receive(ByteView bytes) = 0;
  /// How many bytes come next that `ReceiveInto` can read to where they belong, without a copy.
  virtual std::uint64_t direct_bytes() const { return 0; }
  /// Reads some of the `direct_bytes()` from `source`; returns what `source` did.
  virtual std::ptrdiff_t ReceiveInto(ByteSource& source) { return source.Read({}); }
  /// The client will send nothing more. What it has asked for is still answered.
  virtual void ReceiveEnd() = 0;

  /// Answers request `id`; does nothing if nobody waits for it any more.
  virtual void Respond(RequestId id, HttpResponse response) = 0;
  /// Takes a step of the response to `id`, which goes in pieces; `content` has what the step is
  /// about. Does nothing, but for `kRelease`, if nobody waits for it any more.
  virtual void Write(RequestId id, StreamStep step, HttpResponse content) = 0;
  /// Lets the client send `bytes` more of the body of `id`, which goes in pieces.
  virtual void Consume(RequestId id, std::size_t bytes) = 0;
  /// What can be sent now. The caller sends and consumes, and asks again until it is empty.
  virtual OutputQueue& Output() = 0;

  /// False while the client has to wait, because it has not taken what it asked for.
  virtual bool wants_input() const = 0;
  /// Whether to close the connection once `Output` is empty.
  virtual bool finished() const = 0;
  /// Requests handed over whose responses have not been put into `Output`.
  virtual std::size_t open_requests() const = 0;

  /// Ends what has taken too long by the round's time, and lets streams tick.
  virtual void CheckDeadlines() = 0;
  /// Tells the client to leave, and finishes when the open requests have been answered.
  virtual void Drain() = 0;
  /// The connection has gone: tells the observers. The last call.
  virtual void Abandon() = 0;
};

}  // namespace slipway::api
