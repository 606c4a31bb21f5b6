// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/bench_command.h"

#include "slipway/app/command_output.h"
#include "slipway/app/data_options.h"
#include "slipway/app/in_process_load.h"
#include "slipway/app/internal/choice_option.h"
#include "slipway/app/microseconds.h"
#include "slipway/app/options.h"
#include "slipway/app/served_specs.h"
#include "slipway/base/json_writer.h"
#include "slipway/metrics/registry.h"
#include "slipway/runtime/engine.h"
#include "slipway/serving/model_server.h"

#include <utility>

namespace slipway::app {

using api::client::InferClient;
using api::client::LoadResult;
using api::client::TensorEncoding;

namespace {

/// Above this share of its core the client may be what limits the rate.
constexpr double kBusyClient = 0.9;

std::chrono::milliseconds Milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(1e3 * seconds));
}

}  // namespace

void BenchCommand::AddOptions(Options& verb) {
  Option server =
      verb.Add("--server", url_, "http://host:port for REST, grpc://host:port for gRPC");
  server.ShowDefault();
  verb.Add("--in-process", repository_,
           "Serve this model repository in this process and call it without a network")
      .Excludes(server);
  verb.Add("--model", model_, "Name of the model").Required();
  verb.Add("--model-version", version_, "Version of the model; the server chooses if absent");
  verb.Add("--data", data_.images, "IDX images to send; made-up values if absent");
  verb.Add("--batch", batch_, "Rows of each request").ShowDefault().Positive();
  verb.Add("--shape", shapes_, "NAME:D1,D2,... for an input with other free sizes");
  AddChoice<TensorEncoding>(
      verb, "--encoding", encoding_,
      {.help = "How REST carries tensors",
       .names = {{"binary", TensorEncoding::kBinary}, {"json", TensorEncoding::kJson}}});
  verb.Add("--connections", connections_,
           "Connections, or callers in this process; several numbers give several runs")
      .ShowDefault()
      .Delimiter(',')
      .Positive();
  verb.Add("--streams", streams_, "Calls at a time on each gRPC connection")
      .ShowDefault()
      .Positive();
  verb.Add("--rate", rate_,
           "Requests a second at random moments, latencies from when they were due; "
           "0: each connection sends when it has its answer")
      .ShowDefault()
      .NonNegative();
  verb.Add("--duration", seconds_, "Seconds that are measured").ShowDefault().Positive();
  verb.Add("--warmup", warmup_seconds_, "Seconds of load before that").ShowDefault().NonNegative();
  verb.Add("--seed", seed_, "Of the random moments").ShowDefault();
  AddPixelOption(verb, data_);
  verb.AddFlag("--json", json_, "Print one JSON object");
}

Status BenchCommand::Run(Terminal& terminal) {
  SLIPWAY_TRY_ASSIGN(const std::vector<Measured> runs,
                     in_process() ? MeasureThisProcess() : MeasureServer());
  if (json_) {
    terminal.Write(Json(runs) + "\n");
  } else {
    Print(runs, terminal);
  }
  for (const auto& [connections, result] : runs) {
    if (result.errors == 0) continue;
    return MakeError(ErrorCode::kUnavailable, "{} of {} requests failed with {} connections: {}",
                     result.errors, result.requests, connections, result.first_error);
  }
  return {};
}

Result<std::vector<NamedTensor>> BenchCommand::MakeInputs(
    const std::vector<runtime::TensorSpec>& inputs) const {
  if (data_.images.empty()) {
    SyntheticShapes shapes{.batch = batch_};
    for (const std::string& shape : shapes_) SLIPWAY_TRY(AddShape(shape, shapes));
    return MakeSyntheticInputs(inputs, shapes);
  }
  SLIPWAY_TRY_ASSIGN(const AdaptedData data, LoadAdaptedData(data_, inputs));
  SLIPWAY_TRY_ASSIGN(Tensor samples, data.samples->Read(0, static_cast<std::size_t>(batch_)));
  std::vector<NamedTensor> tensors;
  tensors.push_back({.name = inputs.front().name, .tensor = std::move(samples)});
  return tensors;
}

Result<std::vector<BenchCommand::Measured>> BenchCommand::MeasureServer() const {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<InferClient> client, InferClient::Create(url_));
  SLIPWAY_TRY_ASSIGN(const api::client::ModelDescription model, client->Metadata(model_, version_));
  SLIPWAY_TRY_ASSIGN(const std::vector<NamedTensor> inputs, MakeInputs(SpecsOf(model.inputs)));
  api::client::LoadOptions load{.url = url_,
                                .call = {.model = model_, .version = version_},
                                .encoding = encoding_,
                                .streams = streams_,
                                .warmup = Milliseconds(warmup_seconds_),
                                .duration = Milliseconds(seconds_),
                                .arrival_rate = rate_,
                                .seed = seed_,
                                // Answers may differ in the last bit with the batch they are in.
                                .compare_answers = false};
  for (const NamedTensor& input : inputs) {
    load.call.inputs.push_back({.name = input.name, .tensor = input.tensor.view()});
  }
  std::vector<Measured> runs;
  for (const std::size_t connections : connections_) {
    load.connections = connections;
    SLIPWAY_TRY_ASSIGN(LoadResult result, api::client::MeasureLoad(load));
    runs.push_back({.connections = connections, .result = std::move(result)});
  }
  return runs;
}

Result<std::vector<BenchCommand::Measured>> BenchCommand::MeasureThisProcess() const {
  if (rate_ != 0) return InvalidArgument("--rate needs a server: calls in this process block");
  metrics::Registry metrics;
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                     runtime::CreateOnnxRuntimeEngine({}));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<serving::ModelServer> server,
                     serving::ModelServer::Create(
                         {.repositories = {repository_}},
                         {.engine = *engine, .clock = SystemClock(), .metrics = metrics}));
  SLIPWAY_TRY_ASSIGN(ModelName name, ModelName::Parse(model_));
  InProcessLoad load{.model = std::move(name),
                     .warmup = Milliseconds(warmup_seconds_),
                     .duration = Milliseconds(seconds_)};
  if (!version_.empty()) {
    SLIPWAY_TRY_ASSIGN(load.version, VersionId::Parse(version_));
  }
  SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata model,
                     server->Metadata(load.model, load.version));
  SLIPWAY_TRY_ASSIGN(const std::vector<NamedTensor> inputs, MakeInputs(model.inputs));
  load.inputs = inputs;
  std::vector<Measured> runs;
  for (const std::size_t callers : connections_) {
    load.callers = callers;
    SLIPWAY_TRY_ASSIGN(LoadResult result, MeasureInProcess(*server, load));
    runs.push_back({.connections = callers, .result = std::move(result)});
  }
  return runs;
}

void BenchCommand::Print(const std::vector<Measured>& runs, Terminal& terminal) const {
  Table table({{in_process() ? "callers" : "connections"},
               {"requests/s"},
               {"rows/s"},
               {"p50 µs"},
               {"p90 µs"},
               {"p99 µs"},
               {"p99.9 µs"},
               {"max µs"},
               {"errors"}});
  for (const auto& [connections, result] : runs) {
    const auto time = [](std::chrono::nanoseconds value) {
      return fmt::format("{:.1f}", Microseconds(value));
    };
    table.AddRow({fmt::format("{}", connections), fmt::format("{:.0f}", result.rate),
                  fmt::format("{:.0f}", result.rate * static_cast<double>(batch_)),
                  time(result.p50), time(result.p90), time(result.p99), time(result.p999),
                  time(result.max), fmt::format("{}", result.errors)});
    if (result.client_load > kBusyClient) {
      terminal.Remark(
          "with {} connections the client was busy {:.0f} % of the time: it may be "
          "what limits the rate\n",
          connections, 100 * result.client_load);
    }
  }
  terminal.Write(RenderFor(terminal, table));
}

std::string BenchCommand::Json(const std::vector<Measured>& runs) const {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.bench/1");
  json.Key("server").String(in_process() ? "in-process" : url_).Key("model").String(model_);
  json.Key("batch").Number(batch_).Key("arrival_rate").Number(rate_).Key("runs").BeginArray();
  for (const auto& [connections, result] : runs) {
    json.BeginObject().Key("connections").Number(connections);
    json.Key("requests").Number(result.requests).Key("errors").Number(result.errors);
    json.Key("first_error").String(result.first_error).Key("seconds").Number(result.seconds);
    json.Key("requests_per_s").Number(result.rate);
    json.Key("p50_us").Number(Microseconds(result.p50));
    json.Key("p90_us").Number(Microseconds(result.p90));
    json.Key("p99_us").Number(Microseconds(result.p99));
    json.Key("p999_us").Number(Microseconds(result.p999));
    json.Key("max_us").Number(Microseconds(result.max));
    json.Key("client_load").Number(result.client_load).EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace slipway::app
