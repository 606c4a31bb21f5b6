// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_handler.h"
#include "slipway/base/clock.h"
#include "slipway/base/result.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace slipway::api {

/// A port to listen on and who answers there.
struct Endpoint {
  std::uint16_t port = 0;          ///< 0 takes a free one.
  HttpHandler* handler = nullptr;  ///< Outlives the transport.
};

/// Limits of the transport. Every one is checked before memory is spent on what it bounds.
struct TransportOptions {
  std::string host = "127.0.0.1";
  std::size_t io_threads = 1;
  std::uint64_t max_body_bytes = std::uint64_t{64} << 20U;
  std::uint64_t max_grpc_message_bytes = std::uint64_t{64} << 20U;
  std::size_t max_header_bytes = 16 * 1024;  ///< All fields of a message.
  std::size_t max_header_count = 100;
  std::size_t max_target_bytes = 8 * 1024;
  std::size_t max_connections = 10'000;
  std::size_t max_streams = 256;  ///< Open at once on one HTTP/2 connection.
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{60'000};
  std::chrono::milliseconds idle_timeout{300'000};
  /// How long an I/O thread asks for the next event before it sleeps, while events come as close.
  std::chrono::microseconds busy_poll{200};
  /// Whether all threads of the process share one core: then I/O threads let events and answers
  /// gather for a while when requests are being computed.
  bool has_one_core = false;
};

/// Speaks HTTP/1.1 and HTTP/2 (prior knowledge) on every endpoint, told apart by the first bytes.
///
/// Thread-safe. Each I/O thread has sockets of its own (SO_REUSEPORT) and shares nothing.
class HttpTransport {
 public:
  /// Listens on all endpoints and starts the threads. kUnavailable, with host and port, if one is
  /// taken, also by another process of the same user. `clock` outlives the transport; its steady
  /// time is what the timeouts go by.
  static Result<std::unique_ptr<HttpTransport>> Create(const TransportOptions& options,
                                                       const std::vector<Endpoint>& endpoints,
                                                       const Clock& clock = SystemClock());
  virtual ~HttpTransport() = default;
  /// The ports of the endpoints, in their order.
  virtual std::vector<std::uint16_t> ports() const = 0;
  /// Closes the listeners, tells the connections to end (`Connection: close`, GOAWAY), waits no
  /// longer than `timeout` for responses in flight, closes everything and joins the threads.
  /// Returns how many requests were cut off.
  virtual std::size_t Drain(std::chrono::milliseconds timeout) = 0;
};

}  // namespace slipway::api
