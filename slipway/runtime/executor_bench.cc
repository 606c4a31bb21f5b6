// SPDX-License-Identifier: Apache-2.0
/// What an executor costs over the same run through ONNX Runtime's own interface, with all values
/// made beforehand, in the same process.

#include "slipway/base/check.h"
#include "slipway/runtime/engine.h"
#include "slipway/runtime/testing/onnx_bytes.h"

#include <benchmark/benchmark.h>
#include <onnxruntime_c_api.h>

namespace slipway::runtime {
namespace {

constexpr std::int64_t kWidth = 4;

Tensor Batch(std::int64_t rows) { return *Tensor::Zeros(DataType::kFloat32, {rows, kWidth}); }

std::string Model() { return OnnxIdentity(DataType::kFloat32, {-1, kWidth}); }

const OrtApi& Ort() {
  static const OrtApi* const api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  return *api;
}

void CheckOrt(OrtStatus* status) { SLIPWAY_CHECK(status == nullptr); }

/// A run through the library's interface alone: prepared input, output that the library makes.
class BareRun {
 public:
  explicit BareRun(Tensor& input) {
    OrtThreadingOptions* threading = nullptr;
    OrtSessionOptions* options = nullptr;
    const std::string model = Model();
    CheckOrt(Ort().CreateThreadingOptions(&threading));
    CheckOrt(Ort().SetGlobalIntraOpNumThreads(threading, 1));
    CheckOrt(
        Ort().CreateEnvWithGlobalThreadPools(ORT_LOGGING_LEVEL_WARNING, "bare", threading, &env_));
    CheckOrt(Ort().CreateSessionOptions(&options));
    CheckOrt(Ort().DisablePerSessionThreads(options));
    CheckOrt(Ort().CreateSessionFromArray(env_, model.data(), model.size(), options, &session_));
    CheckOrt(Ort().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory_));
    input_ = ValueOver(input);
    Ort().ReleaseSessionOptions(options);
    Ort().ReleaseThreadingOptions(threading);
  }
  ~BareRun() {
    Ort().ReleaseValue(input_);
    Ort().ReleaseMemoryInfo(memory_);
    Ort().ReleaseSession(session_);
    Ort().ReleaseEnv(env_);
  }
  BareRun(const BareRun&) = delete;
  BareRun& operator=(const BareRun&) = delete;

  OrtValue* ValueOver(Tensor& tensor) const {
    OrtValue* value = nullptr;
    CheckOrt(Ort().CreateTensorWithDataAsOrtValue(
        memory_, tensor.mutable_bytes().data(), tensor.bytes().size(),
        tensor.shape().sizes().data(), tensor.shape().rank(), ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
        &value));
    return value;
  }

  /// Runs into `output`, which is made if it is null.
  void Run(OrtValue** output) const {
    constexpr const char* kInput = "x";
    constexpr const char* kOutput = "y";
    CheckOrt(Ort().Run(session_, nullptr, &kInput, &input_, 1, &kOutput, 1, output));
  }

 private:
  OrtEnv* env_ = nullptr;
  OrtSession* session_ = nullptr;
  OrtMemoryInfo* memory_ = nullptr;
  OrtValue* input_ = nullptr;
};

void BareRunIntoPreparedOutput(benchmark::State& state) {
  Tensor input = Batch(state.range(0));
  Tensor prepared = Batch(state.range(0));
  const BareRun bare(input);
  OrtValue* output = bare.ValueOver(prepared);
  for (auto _ : state) bare.Run(&output);
  Ort().ReleaseValue(output);
}

void BareRunIntoNewOutput(benchmark::State& state) {
  Tensor input = Batch(state.range(0));
  const BareRun bare(input);
  for (auto _ : state) {
    OrtValue* output = nullptr;
    bare.Run(&output);
    Ort().ReleaseValue(output);
  }
}

void ExecutorRun(benchmark::State& state) {
  const std::unique_ptr<Engine> engine = *CreateOnnxRuntimeEngine({});
  const std::unique_ptr<Session> session = *engine->LoadBytes(AsBytes(Model()), "identity", {});
  const std::unique_ptr<Executor> executor = session->NewExecutor();
  const Tensor input = Batch(state.range(0));
  const TensorView view = input.view();
  for (auto _ : state) benchmark::DoNotOptimize(executor->Run(std::span(&view, 1), {}));
}

/// As `ExecutorRun`, but each input lies elsewhere, as those of network requests do.
void ExecutorRunOnMovingInput(benchmark::State& state) {
  const std::unique_ptr<Engine> engine = *CreateOnnxRuntimeEngine({});
  const std::unique_ptr<Session> session = *engine->LoadBytes(AsBytes(Model()), "identity", {});
  const std::unique_ptr<Executor> executor = session->NewExecutor();
  const Tensor even = Batch(state.range(0));
  const Tensor odd = Batch(state.range(0));
  bool turn = false;
  for (auto _ : state) {
    const TensorView view = (turn = !turn) ? odd.view() : even.view();
    benchmark::DoNotOptimize(executor->Run(std::span(&view, 1), {}));
  }
}

BENCHMARK(BareRunIntoPreparedOutput)->Arg(1)->Arg(1024);
BENCHMARK(BareRunIntoNewOutput)->Arg(1)->Arg(1024);
BENCHMARK(ExecutorRun)->Arg(1)->Arg(1024);
BENCHMARK(ExecutorRunOnMovingInput)->Arg(1)->Arg(1024);

}  // namespace
}  // namespace slipway::runtime
