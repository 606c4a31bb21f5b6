// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/server.h"

#include "slipway/api/internal/front_handler.h"
#include "slipway/api/internal/http_transport.h"
#include "slipway/base/usable_cores.h"

#include <limits>
#include <utility>
#include <vector>

namespace slipway::api {
namespace {

TransportOptions TransportOptionsOf(const ServerOptions& options) {
  TransportOptions transport;
  transport.host = options.host;
  transport.io_threads = options.io_threads;
  transport.max_body_bytes = options.max_body_bytes;
  transport.max_grpc_message_bytes = options.max_grpc_message_bytes;
  transport.max_connections = options.max_connections;
  transport.header_timeout = options.header_timeout;
  transport.body_timeout = options.body_timeout;
  transport.idle_timeout = options.idle_timeout;
  transport.busy_poll = options.busy_poll;
  transport.has_one_core = CountUsableCores() == 1;
  return transport;
}

Result<FrontSettings> FrontSettingsOf(const ServerOptions& options) {
  FrontSettings settings;
  SLIPWAY_TRY_ASSIGN(settings.rest_access, AccessRules::Parse(options.http_restricted_api, ""));
  SLIPWAY_TRY_ASSIGN(settings.grpc_access,
                     AccessRules::Parse(options.grpc_restricted_protocol, "triton-grpc-protocol-"));
  SLIPWAY_TRY_ASSIGN(settings.rest_headers,
                     HeaderForwarding::Parse(options.http_header_forward_pattern));
  SLIPWAY_TRY_ASSIGN(settings.grpc_headers,
                     HeaderForwarding::Parse(options.grpc_header_forward_pattern));
  settings.cors.allowed_origins = options.cors_allow_origins;
  settings.max_body_bytes = options.max_body_bytes;
  settings.compress_grpc = options.compress_grpc;
  settings.max_grpc_message_bytes = options.max_grpc_message_bytes;
  // A protobuf message has no more.
  if (options.max_grpc_message_bytes > std::numeric_limits<std::int32_t>::max()) {
    return InvalidArgument("the limit of gRPC messages is {} bytes: {} is the most",
                           options.max_grpc_message_bytes,
                           std::numeric_limits<std::int32_t>::max());
  }
  return settings;
}

class HttpServer final : public Server {
 public:
  HttpServer(const ServerServices& services, FrontSettings settings, bool allow_client_shm)
      : front_metrics_(services.metrics),
        context_{.metrics = front_metrics_, .clock = SystemClock()},
        parts_{.service = services.inference,
               .registry = services.metrics,
               .context = context_,
               .administration = services.administration,
               .traces = services.traces,
               .regions = allow_client_shm ? &regions_ : nullptr,
               .settings = std::move(settings)},
        data_(parts_, kDataPlane),
        metrics_(parts_, kMetricsPlane) {}

  Status Listen(const ServerOptions& options) {
    SLIPWAY_TRY_ASSIGN(transport_, HttpTransport::Create(TransportOptionsOf(options),
                                                         {{options.http_port, &data_},
                                                          {options.grpc_port, &data_},
                                                          {options.metrics_port, &metrics_}}));
    return {};
  }

  ServerPorts ports() const override {
    const std::vector<std::uint16_t> ports = transport_->ports();
    return {.http = ports[0], .grpc = ports[1], .metrics = ports[2]};
  }

  std::size_t Drain(std::chrono::milliseconds timeout) override {
    return transport_->Drain(timeout);
  }

 private:
  FrontMetrics front_metrics_;
  FrontContext context_;
  SharedMemoryRegions regions_;
  const FrontParts parts_;
  FrontHandler data_;
  FrontHandler metrics_;
  // Last, so that no thread of it calls what is already gone.
  std::unique_ptr<HttpTransport> transport_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Create(const ServerOptions& options,
                                               const ServerServices& services) {
  SLIPWAY_TRY_ASSIGN(FrontSettings settings, FrontSettingsOf(options));
  auto server =
      std::make_unique<HttpServer>(services, std::move(settings), options.allow_client_shm);
  SLIPWAY_TRY(server->Listen(options));
  return server;
}

}  // namespace slipway::api
