// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/server.h"
#include "slipway/base/result.h"
#include "slipway/metrics/machine_metrics.h"
#include "slipway/metrics/process_metrics.h"
#include "slipway/metrics/registry.h"
#include "slipway/runtime/engine.h"
#include "slipway/serving/model_server.h"
#include "slipway/serving/request_tracer.h"
#include "slipway/serving/trace_settings.h"

#include <chrono>
#include <cstddef>
#include <memory>

namespace slipway::app {

/// What a server is made of.
struct LocalServerOptions {
  serving::ModelServerOptions models;
  api::ServerOptions front;
  runtime::EngineOptions engine;
  metrics::RegistryOptions metrics;
  serving::TraceSetting traces;
};

/// A whole server in this process: the engine, the models of a repository and the front.
///
/// Thread-safe.
class LocalServer {
 public:
  /// Loads the models, then listens. Fails as its parts do.
  static Result<std::unique_ptr<LocalServer>> Start(const LocalServerOptions& options);

  api::ServerPorts ports() const { return front_->ports(); }
  serving::ModelServer& models() { return *models_; }

  /// Becomes unready and goes on as before, so that balancers can look elsewhere.
  void BeginDrain() { models_->BeginDrain(); }
  /// Becomes unready, answers what is in flight for no longer than `timeout`, and stops. Returns
  /// how many requests were cut off.
  std::size_t Drain(std::chrono::milliseconds timeout);

 private:
  explicit LocalServer(const LocalServerOptions& options);

  metrics::Registry metrics_;
  const metrics::ProcessMetrics process_metrics_{metrics_};
  const metrics::MachineMetrics machine_metrics_{metrics_};
  serving::TraceSettings traces_;
  serving::RequestTracer tracer_;
  std::unique_ptr<runtime::Engine> engine_;
  std::unique_ptr<serving::ModelServer> models_;
  std::unique_ptr<api::Server> front_;
};

}  // namespace slipway::app
