// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/metrics/registry.h"
#include "slipway/serving/inference_service.h"
#include "slipway/serving/model_administration.h"
#include "slipway/serving/trace_settings.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace slipway::api {

/// Where and how the server listens. A port of 0 takes a free one.
struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t http_port = 8000;
  std::uint16_t grpc_port = 8001;
  std::uint16_t metrics_port = 8002;
  std::size_t io_threads = 1;  ///< Threads that read, decode and answer; each has its own sockets.
  std::uint64_t max_body_bytes = std::uint64_t{64} << 20U;  ///< Of REST, also decompressed.
  /// Of gRPC, also decompressed; at most 2 GiB less one byte.
  std::uint64_t max_grpc_message_bytes = std::uint64_t{64} << 20U;
  std::size_t max_connections = 10'000;  ///< Over all ports; more are closed.
  std::chrono::seconds header_timeout{
      10};                                 ///< From the first byte of a request to its last header.
  std::chrono::seconds body_timeout{60};   ///< Without a byte of the body.
  std::chrono::seconds idle_timeout{300};  ///< Between requests.
  /// How long an I/O thread asks again and again for the next event before it sleeps; only while
  /// events come that close and no request is being computed. 0: it sleeps at once. By default as
  /// long as a Linux guest polls (`guest_halt_poll_ns` of its haltpoll governor).
  std::chrono::microseconds busy_poll{200};
  /// Whether clients may register shared memory: any of the machine that this process can open.
  bool allow_client_shm = false;
  /// Headers that groups of requests need, as Triton's flags of these names: each
  /// "group,group:key=value".
  std::vector<std::string> http_restricted_api = {};
  std::vector<std::string> grpc_restricted_protocol = {};
  /// Regular expressions: headers whose names fit become parameters of the inference. Empty: none.
  std::string http_header_forward_pattern = {};
  std::string grpc_header_forward_pattern = {};
  /// Whether gRPC answers are compressed for each client that takes it, not only for those that
  /// compress what they send.
  bool compress_grpc = false;
  std::vector<std::string> cors_allow_origins = {};  ///< Of web pages that may call; "*": of any.
};

/// What a server answers with; all of it outlives the server. What is null is not offered: requests
/// for it are answered kUnimplemented.
struct ServerServices {
  serving::InferenceService& inference;
  metrics::Registry& metrics;
  serving::ModelAdministration* administration = nullptr;
  serving::TraceSettings* traces = nullptr;
};

/// The ports that a server got.
struct ServerPorts {
  std::uint16_t http = 0;
  std::uint16_t grpc = 0;
  std::uint16_t metrics = 0;
};

/// One front for REST and gRPC: HTTP/1.1 and HTTP/2 on every port, told apart by the first bytes.
///
/// Thread-safe.
class Server {
 public:
  /// Listens and starts the I/O threads. kUnavailable, with the port, if one is taken;
  /// kInvalidArgument if an option is wrong.
  static Result<std::unique_ptr<Server>> Create(const ServerOptions& options,
                                                const ServerServices& services);
  virtual ~Server() = default;
  virtual ServerPorts ports() const = 0;
  /// Takes no more connections, tells the open ones to end, waits for requests in flight no longer
  /// than `timeout`, and stops the threads. Returns how many requests were cut off.
  virtual std::size_t Drain(std::chrono::milliseconds timeout) = 0;
};

}  // namespace slipway::api
