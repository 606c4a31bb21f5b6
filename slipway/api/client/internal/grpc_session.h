// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/internal/grpc_status.h"
#include "slipway/base/result.h"

#include <nghttp2/nghttp2.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// A unary call to be made.
struct GrpcCall {
  std::string_view authority;            ///< "host:port".
  std::string_view method;               ///< "/package.Service/Method".
  std::string frame;                     ///< The message with its prefix.
  std::chrono::milliseconds timeout{0};  ///< Told to the server; 0: none.
};

/// The client's side of one HTTP/2 connection that carries unary gRPC calls, one after the other.
/// It has no socket: bytes go in and out through its functions.
///
/// Not thread-safe. A failed `Receive` or `NextOutput` means that the connection is of no further
/// use.
class GrpcSession {
 public:
  /// A session whose answers have at most `max_message_bytes`.
  static Result<std::unique_ptr<GrpcSession>> Create(std::uint64_t max_message_bytes);
  ~GrpcSession();
  GrpcSession(const GrpcSession&) = delete;
  GrpcSession& operator=(const GrpcSession&) = delete;

  /// Begins a call; the one before must be done.
  Status Start(GrpcCall call);
  /// The next bytes for the server, valid until the next call of any function; empty if there are
  /// none now.
  Result<std::string_view> NextOutput();
  /// Takes bytes from the server.
  Status Receive(std::string_view bytes);
  /// Whether the call has its answer or has failed.
  bool done() const { return done_; }
  /// Whether nothing has come back for the call, so that a server that went away cannot have
  /// answered it.
  bool untouched() const { return outcome_.empty(); }
  /// Whether another call may follow.
  bool reusable() const;
  /// kUnavailable if the call is done without a word from the server about it.
  Status CheckAnswered() const;
  /// The message that came back, without its prefix, or why there is none. Call it once, when done.
  Result<std::string> TakeMessage();

 private:
  struct Callbacks;  // Those of nghttp2, in the source.
  explicit GrpcSession(std::uint64_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  const std::uint64_t max_message_bytes_;
  nghttp2_session* session_ = nullptr;
  std::int32_t stream_ = 0;
  std::string request_;
  std::size_t sent_ = 0;  // Of `request_`.
  std::string response_;  // With its prefix.
  bool too_large_ = false;
  std::size_t field_bytes_ = 0;
  GrpcOutcome outcome_;
  std::uint32_t stream_error_ = NGHTTP2_NO_ERROR;
  bool done_ = true;
  bool leaving_ = false;  // The server takes no more calls on this connection.
};

}  // namespace slipway::api::client
