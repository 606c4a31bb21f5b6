// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/server.h"

#include "slipway/api/internal/front_handler.h"
#include "slipway/api/internal/http_transport.h"

#include <utility>
#include <vector>

namespace slipway::api {
namespace {

constexpr PermissionSet kDataPlane = {Permission::kHealth, Permission::kMetadata,
                                      Permission::kInference};
constexpr PermissionSet kMetricsPlane = {Permission::kHealth, Permission::kMetrics};

TransportOptions TransportOptionsOf(const ServerOptions& options) {
  TransportOptions transport;
  transport.host = options.host;
  transport.io_threads = options.io_threads;
  transport.max_body_bytes = options.max_body_bytes;
  transport.max_connections = options.max_connections;
  transport.header_timeout = options.header_timeout;
  transport.body_timeout = options.body_timeout;
  transport.idle_timeout = options.idle_timeout;
  return transport;
}

class HttpServer final : public Server {
 public:
  HttpServer(serving::InferenceService& service, metrics::Registry& registry)
      : front_metrics_(registry),
        context_{.metrics = front_metrics_, .clock = SystemClock()},
        data_({service, registry, context_}, kDataPlane),
        metrics_({service, registry, context_}, kMetricsPlane) {}

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
  FrontHandler data_;
  FrontHandler metrics_;
  // Last, so that no thread of it calls what is already gone.
  std::unique_ptr<HttpTransport> transport_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Create(const ServerOptions& options,
                                               serving::InferenceService& service,
                                               metrics::Registry& metrics) {
  auto server = std::make_unique<HttpServer>(service, metrics);
  SLIPWAY_TRY(server->Listen(options));
  return server;
}

}  // namespace slipway::api
