// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/demo_command.h"

#include "slipway/app/local_server.h"
#include "slipway/app/options.h"
#include "slipway/app/quantize_file.h"
#include "slipway/app/sample_request.h"
#include "slipway/base/files.h"
#include "slipway/base/log.h"

#include <chrono>
#include <memory>
#include <system_error>

namespace slipway::app {
namespace {

constexpr std::uint64_t kMaxModelBytes = std::uint64_t{64} << 20U;
constexpr std::string_view kServedModel = "cnn_int8";

Status MakeFolder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return InternalError("cannot make the folder {}: {}", path.string(), error.message());
}

}  // namespace

void DemoCommand::AddOptions(Options& verb) {
  verb.Add("--model", model_, "The float32 model").ShowDefault();
  verb.Add("--data", data_, "Folder of Fashion-MNIST in IDX form").ShowDefault();
  verb.Add("-o,--output", output_, "Folder of the repository and the report").ShowDefault();
  verb.Add("--connections", connections_, "Connections of the load").ShowDefault().Positive();
  verb.Add("--load-seconds", load_seconds_, "Length of each load").ShowDefault().Positive();
  verb.AddFlag("--json", json_, "Print one JSON object");
}

std::filesystem::path DemoCommand::TestImages() const {
  return data_ / "t10k-images-idx3-ubyte.gz";
}

std::vector<DemoModel> DemoCommand::Models() const {
  return {{.title = "cnn  float32", .name = "cnn", .file = Repository() / "cnn/1/model.onnx"},
          {.title = "cnn  int8",
           .name = std::string(kServedModel),
           .file = Repository() / kServedModel / "1/model.onnx"}};
}

Status DemoCommand::Run(Terminal& terminal) {
  ConfigureLog({.level = LogLevel::kWarning});
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                     runtime::CreateOnnxRuntimeEngine({}));
  terminal.Remark("Quantizing {} with 1,000 training images\n", model_.string());
  SLIPWAY_TRY(PrepareRepository(*engine));
  SLIPWAY_TRY_ASSIGN(const DemoReport report, Measure(*engine, terminal));
  SLIPWAY_TRY(WriteFiles(report));
  PrintReport(report, terminal);
  if (report.agreeing == report.predictions) return {};
  return InternalError("REST, gRPC and the in-process call disagree on {} predictions",
                       report.predictions - report.agreeing);
}

Status DemoCommand::PrepareRepository(const runtime::Engine& engine) const {
  const std::vector<DemoModel> models = Models();
  for (const DemoModel& model : models) SLIPWAY_TRY(MakeFolder(model.file.parent_path()));
  SLIPWAY_TRY_ASSIGN(const std::string bytes, ReadFile(model_, kMaxModelBytes));
  SLIPWAY_TRY(WriteFileAtomically(models[0].file, AsBytes(bytes)));
  SLIPWAY_TRY_ASSIGN(
      [[maybe_unused]] const QuantizedFile quantized,
      QuantizeFile(engine, {.model = model_,
                            .out = models[1].file,
                            .calibration = {.images = data_ / "train-images-idx3-ubyte.gz"}}));
  return {};
}

Result<DemoReport> DemoCommand::Measure(const runtime::Engine& engine, Terminal& terminal) const {
  LocalServerOptions options;
  options.models.repositories = {Repository()};
  options.front.http_port = 0;
  options.front.grpc_port = 0;
  options.front.metrics_port = 0;
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<LocalServer> server, LocalServer::Start(options));
  const DemoMeasurement measurement(engine, server->ports(),
                                    {.data = {.images = TestImages()},
                                     .connections = connections_,
                                     .load_time = std::chrono::seconds(load_seconds_)});
  DemoReport report;
  for (const DemoModel& model : Models()) {
    terminal.Remark(
        "Measuring {}: 10,000 test images, latency, {} connections over REST and gRPC\n",
        model.title, connections_);
    SLIPWAY_TRY(measurement.Add(model, report));
  }
  return report;
}

Status DemoCommand::WriteFiles(const DemoReport& report) const {
  const std::string markdown =
      fmt::format("# Slipway demo\n\n{}\n{}.\n", DemoTable(report).Render(TableStyle::kMarkdown),
                  AgreementText(report));
  SLIPWAY_TRY(WriteFileAtomically(output_ / "report.md", AsBytes(markdown)));
  SLIPWAY_TRY(WriteFileAtomically(output_ / "report.json", AsBytes(DemoJson(report))));
  SLIPWAY_TRY_ASSIGN(const std::string request, SampleRequest({.images = TestImages()}));
  return WriteFileAtomically(output_ / "request.json", AsBytes(request));
}

void DemoCommand::PrintReport(const DemoReport& report, Terminal& terminal) const {
  if (json_) {
    terminal.Write(DemoJson(report) + "\n");
    return;
  }
  terminal.Write(DemoTable(report).Render(terminal.is_interactive() ? TableStyle::kColoured
                                                                    : TableStyle::kAligned));
  terminal.Print("\n{}.\nReport: {} and {}\n", AgreementText(report),
                 (output_ / "report.md").string(), (output_ / "report.json").string());
  terminal.Print(
      "\nThe server ran in this process and has stopped. `make serve` keeps one running with REST "
      "on\n"
      "http://127.0.0.1:8000, gRPC on 127.0.0.1:8001 and metrics on "
      "http://127.0.0.1:8002/metrics:\n\n"
      "  curl -d @{} http://127.0.0.1:8000/v2/models/{}/infer\n",
      (output_ / "request.json").string(), kServedModel);
}

}  // namespace slipway::app
