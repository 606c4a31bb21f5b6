// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/bytes.h"
#include "slipway/base/check.h"
#include "slipway/base/files.h"
#include "slipway/base/log.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/runtime/testing/onnx_bytes.h"
#include "slipway/serving/model_server.h"

#include <benchmark/benchmark.h>

#include <array>

namespace slipway::serving {
namespace {

constexpr std::array<float, 16> kRow = {};

std::string IdentityModel() { return runtime::OnnxIdentity(DataType::kFloat32, {-1, 16}); }

TensorView RowView() {
  return {DataType::kFloat32, Shape({1, 16}), std::as_bytes(std::span(kRow))};
}

const runtime::Engine& OnnxRuntimeEngine() {
  static const std::unique_ptr<runtime::Engine> engine = *runtime::CreateOnnxRuntimeEngine({});
  return *engine;
}

/// What a call through the server is compared with: the engine alone.
void BM_BareEngine(benchmark::State& state) {
  const std::unique_ptr<runtime::Session> session =
      *OnnxRuntimeEngine().LoadBytes(AsBytes(IdentityModel()), "identity", {});
  const std::unique_ptr<runtime::Executor> executor = session->NewExecutor();
  const TensorView input = RowView();
  for (auto _ : state) benchmark::DoNotOptimize(executor->Run(std::span(&input, 1), {}));
}
BENCHMARK(BM_BareEngine);

/// The same through the server: names resolved, request checked, queued, run, counted, answered.
void BM_InProcessCall(benchmark::State& state) {
  ConfigureLog({.level = LogLevel::kError});
  const TemporaryFolder repository;
  std::filesystem::create_directories(repository.path() / "identity/1");
  SLIPWAY_CHECK(
      WriteFileAtomically(repository.path() / "identity/1/model.onnx", AsBytes(IdentityModel()))
          .has_value());
  metrics::Registry registry;
  const std::unique_ptr<ModelServer> server = *ModelServer::Create(
      {.repositories = {repository.path()}},
      {.engine = OnnxRuntimeEngine(), .clock = SystemClock(), .metrics = registry});
  const ModelName model = *ModelName::Parse("identity");
  const std::string input_name = server->Metadata(model, {})->inputs[0].name;
  for (auto _ : state) {
    InferRequest request{.model = model};
    request.inputs.push_back({input_name, RowView()});
    benchmark::DoNotOptimize(InferAndWait(*server, std::move(request)));
  }
}
BENCHMARK(BM_InProcessCall);

}  // namespace
}  // namespace slipway::serving
