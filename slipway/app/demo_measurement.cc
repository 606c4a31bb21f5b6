// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/demo_measurement.h"

#include "slipway/api/client/infer_client.h"
#include "slipway/api/client/load_generator.h"
#include "slipway/app/microseconds.h"
#include "slipway/app/served_predictions.h"
#include "slipway/app/served_specs.h"

#include <memory>
#include <utility>
#include <vector>

namespace slipway::app {
namespace {

using api::client::InferClient;

constexpr std::size_t kLatencyRuns = 300;
constexpr std::chrono::seconds kWarmUp{1};

/// What clients learn of the model: from the server, as any client would.
Result<std::vector<runtime::TensorSpec>> ServedInputs(const std::string& url,
                                                      const std::string& model) {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<InferClient> client, InferClient::Create(url));
  SLIPWAY_TRY_ASSIGN(const api::client::ModelDescription description, client->Metadata(model, ""));
  return SpecsOf(description.inputs);
}

}  // namespace

DemoMeasurement::DemoMeasurement(const runtime::Engine& engine, const api::ServerPorts& ports,
                                 DemoMeasurementOptions options)
    : engine_(engine),
      rest_url_(fmt::format("http://127.0.0.1:{}", ports.http)),
      grpc_url_(fmt::format("grpc://127.0.0.1:{}", ports.grpc)),
      options_(std::move(options)) {}

Status DemoMeasurement::Add(const DemoModel& model, DemoReport& report) const {
  SLIPWAY_TRY_ASSIGN(
      const ModelScore score,
      ScoreModel(engine_, model.file, {.data = options_.data, .latency_runs = kLatencyRuns}));
  SLIPWAY_TRY_ASSIGN(const std::vector<runtime::TensorSpec> inputs,
                     ServedInputs(rest_url_, model.name));
  SLIPWAY_TRY_ASSIGN(const AdaptedData data, LoadAdaptedData(options_.data, inputs));
  SLIPWAY_TRY(Compare(model, score, data, report));
  SLIPWAY_TRY_ASSIGN(const double rest_rate, InferRate(rest_url_, model.name, data));
  SLIPWAY_TRY_ASSIGN(const double grpc_rate, InferRate(grpc_url_, model.name, data));
  report.rows.push_back({.model = model.title,
                         .top1 = score.top1.value_or(0),
                         .file_bytes = score.file_bytes,
                         .p50_batch_1_us = Microseconds(score.latencies.at(0).p50),
                         .p50_batch_32_us = Microseconds(score.latencies.at(1).p50),
                         .rest_infer_per_s = rest_rate,
                         .grpc_infer_per_s = grpc_rate});
  return {};
}

Result<double> DemoMeasurement::InferRate(const std::string& url, const std::string& model,
                                          const AdaptedData& data) const {
  SLIPWAY_TRY_ASSIGN(const std::vector<runtime::TensorSpec> inputs, ServedInputs(url, model));
  SLIPWAY_TRY_ASSIGN(const Tensor sample, data.samples->Read(0, 1));
  // Answers may differ in the last bit with the batch that a request lands in, so they are not
  // compared here; the predictions are, in `Compare`.
  SLIPWAY_TRY_ASSIGN(
      const api::client::LoadResult load,
      api::client::MeasureLoad(
          {.url = url,
           .call = {.model = model,
                    .inputs = {{.name = inputs.front().name, .tensor = sample.view()}}},
           .connections = options_.connections,
           .warmup = kWarmUp,
           .duration = options_.load_time,
           .compare_answers = false}));
  if (load.errors == 0) return load.rate;
  return InternalError("{} of {} requests to {} at {} failed: {}", load.errors, load.requests,
                       model, url, load.first_error);
}

Status DemoMeasurement::Compare(const DemoModel& model, const ModelScore& direct,
                                const AdaptedData& data, DemoReport& report) const {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<InferClient> rest, InferClient::Create(rest_url_));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<InferClient> grpc, InferClient::Create(grpc_url_));
  SLIPWAY_TRY_ASSIGN(const std::vector<std::int64_t> over_rest,
                     PredictOver(*rest, model.name, *data.samples));
  SLIPWAY_TRY_ASSIGN(const std::vector<std::int64_t> over_grpc,
                     PredictOver(*grpc, model.name, *data.samples));
  for (std::size_t i = 0; i < direct.predictions.size(); ++i) {
    const std::int64_t wanted = direct.predictions[i];
    if (over_rest.at(i) == wanted && over_grpc.at(i) == wanted) ++report.agreeing;
  }
  report.predictions += direct.predictions.size();
  return {};
}

}  // namespace slipway::app
