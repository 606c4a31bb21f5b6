// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/server.h"
#include "slipway/app/demo_report.h"
#include "slipway/app/model_score.h"
#include "slipway/runtime/engine.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace slipway::app {

/// A model as a file and as it is served.
struct DemoModel {
  std::string title;  ///< In the table.
  std::string name;   ///< On the server.
  std::filesystem::path file;
};

/// How models are measured.
struct DemoMeasurementOptions {
  DataFlags data;
  std::size_t connections = 16;
  std::chrono::seconds load_time{3};  ///< Of each protocol, after a second of warm-up.
};

/// Measures models in this process and through a server, and compares what they predict.
class DemoMeasurement {
 public:
  /// `engine` outlives this; `ports` are those of a server on 127.0.0.1 that serves the models.
  DemoMeasurement(const runtime::Engine& engine, const api::ServerPorts& ports,
                  DemoMeasurementOptions options);

  /// Measures `model` and adds its row and its predictions to `report`. An answer that is an error,
  /// or differs from the first one, is an error.
  Status Add(const DemoModel& model, DemoReport& report) const;

 private:
  Result<double> InferRate(const std::string& url, const std::string& model,
                           const AdaptedData& data) const;
  Status Compare(const DemoModel& model, const ModelScore& direct, const AdaptedData& data,
                 DemoReport& report) const;

  const runtime::Engine& engine_;
  const std::string rest_url_;
  const std::string grpc_url_;
  const DemoMeasurementOptions options_;
};

}  // namespace slipway::app
