// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/local_server.h"

#include "slipway/app/version.h"
#include "slipway/base/clock.h"

#include <string>

namespace slipway::app {

LocalServer::LocalServer(const LocalServerOptions& options)
    : metrics_(options.metrics),
      traces_(options.traces),
      tracer_({.settings = traces_, .clock = SystemClock(), .metrics = metrics_}) {
  metrics_
      .GetGauge("slipway_build_info", "1, with the version of this server.",
                {{"version", std::string(VersionNumber())}})
      .Set(1);
}

Result<std::unique_ptr<LocalServer>> LocalServer::Start(const LocalServerOptions& options) {
  std::unique_ptr<LocalServer> server(new LocalServer(options));
  SLIPWAY_TRY_ASSIGN(server->engine_, runtime::CreateOnnxRuntimeEngine(options.engine));
  SLIPWAY_TRY_ASSIGN(server->models_,
                     serving::ModelServer::Create(options.models, {.engine = *server->engine_,
                                                                   .clock = SystemClock(),
                                                                   .metrics = server->metrics_,
                                                                   .tracer = &server->tracer_}));
  SLIPWAY_TRY_ASSIGN(server->front_,
                     api::Server::Create(options.front, {.inference = *server->models_,
                                                         .metrics = server->metrics_,
                                                         .administration = server->models_.get(),
                                                         .traces = &server->traces_}));
  return server;
}

std::size_t LocalServer::Drain(std::chrono::milliseconds timeout) {
  models_->BeginDrain();
  const std::size_t cut_off = front_->Drain(timeout);
  models_->Close();
  return cut_off;
}

}  // namespace slipway::app
