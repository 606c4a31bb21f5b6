// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/dynamic_batcher.h"

#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <vector>

namespace slipway::serving {
namespace {

constexpr std::array<float, 16> kRow = {};

/// An executor that computes nothing, so that what is measured is the batcher alone.
class NoExecutor final : public runtime::Executor {
 public:
  Result<std::vector<SharedTensor>> Run(std::span<const TensorView> inputs,
                                        std::span<const std::size_t> /*wanted*/) override {
    return std::vector<SharedTensor>{{inputs[0], nullptr}};
  }
};

class NoSession final : public runtime::Session {
 public:
  const std::vector<runtime::TensorSpec>& inputs() const override { return specs_; }
  const std::vector<runtime::TensorSpec>& outputs() const override { return specs_; }
  std::unique_ptr<runtime::Executor> NewExecutor() const override {
    return std::make_unique<NoExecutor>();
  }

 private:
  std::vector<runtime::TensorSpec> specs_ = {{"x", DataType::kFloat32, {-1, 16}}};
};

/// A batcher of at most `max_batch_size` rows over a model that costs nothing.
class BatcherUnderTest {
 public:
  explicit BatcherUnderTest(std::int64_t max_batch_size)
      : batcher_(*DynamicBatcher::Create(
            {.max_batch_size = max_batch_size},
            {.session = session_, .clock = SystemClock(), .metrics = metrics_})) {}

  /// Submits a request with one row.
  void Submit() {
    QueuedRequest request;
    request.inputs.push_back({DataType::kFloat32, Shape({1, 16}), std::as_bytes(std::span(kRow))});
    request.arrived = SystemClock().Now();
    request.done = [](Result<std::vector<SharedTensor>> outputs) {
      benchmark::DoNotOptimize(outputs);
    };
    benchmark::DoNotOptimize(batcher_->Submit(std::move(request)));
  }
  void Run() { batcher_->RunOnThisThread(); }

 private:
  metrics::Registry registry_;
  VersionMetrics metrics_{registry_, *ModelName::Parse("m"), VersionId(1)};
  NoSession session_;
  std::unique_ptr<DynamicBatcher> batcher_;
};

void BM_LoneRequest(benchmark::State& state) {
  BatcherUnderTest batcher(64);
  for (auto _ : state) {
    batcher.Submit();
    batcher.Run();
  }
}
BENCHMARK(BM_LoneRequest);

/// Requests that came together, with and without batching. Time is for one request.
void BM_Requests(benchmark::State& state) {
  BatcherUnderTest batcher(state.range(0));
  const std::int64_t requests = state.range(1);
  while (state.KeepRunningBatch(requests)) {
    for (std::int64_t i = 0; i < requests; ++i) batcher.Submit();
    batcher.Run();
  }
}
BENCHMARK(BM_Requests)->ArgNames({"max_batch", "together"})->ArgsProduct({{0, 64}, {16, 64}});

/// Two threads that bring requests to one batcher.
void BM_ContendedRequests(benchmark::State& state) {
  static std::unique_ptr<BatcherUnderTest> batcher;
  if (state.thread_index() == 0) batcher = std::make_unique<BatcherUnderTest>(64);
  for (auto _ : state) {
    batcher->Submit();
    batcher->Run();
  }
  if (state.thread_index() == 0) batcher.reset();
}
BENCHMARK(BM_ContendedRequests)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace slipway::serving
