// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/latency.h"

#include "slipway/optimize/evaluate/model_input.h"

#include <algorithm>
#include <vector>

namespace slipway::evaluate {
namespace {

using Durations = std::vector<std::chrono::nanoseconds>;

/// The nearest-rank percentile of `sorted`, which is not empty.
std::chrono::nanoseconds Percentile(const Durations& sorted, std::size_t percent) {
  constexpr std::size_t kWhole = 100;
  const std::size_t rank = (sorted.size() * percent + kWhole - 1) / kWhole;
  return sorted[rank - 1];
}

Status CheckBatch(const runtime::Session& session, const LatencyOptions& options) {
  SLIPWAY_TRY_ASSIGN(const std::size_t batch, BatchSizeFor(session, options.batch_size));
  if (options.runs == 0) return InvalidArgument("no run is to be measured");
  if (batch == options.batch_size) return {};
  return InvalidArgument("the model is run on {} samples at once, not on {}", batch,
                         options.batch_size);
}

Result<Durations> TimeRuns(runtime::Executor& executor, const TensorView& input,
                           const LatencyOptions& options, const Clock& clock) {
  for (std::size_t i = 0; i < options.warm_up_runs; ++i) {
    SLIPWAY_TRY(executor.Run(std::span(&input, 1), {}));
  }
  Durations durations;
  durations.reserve(options.runs);
  for (std::size_t i = 0; i < options.runs; ++i) {
    const SteadyTime begin = clock.Now();
    SLIPWAY_TRY(executor.Run(std::span(&input, 1), {}));
    durations.push_back(clock.Now() - begin);
  }
  return durations;
}

}  // namespace

Result<Latency> MeasureLatency(const runtime::Session& session,
                               const dataset::SampleSource& samples, const LatencyOptions& options,
                               const Clock& clock) {
  SLIPWAY_TRY(CheckBatch(session, options));
  SLIPWAY_TRY_ASSIGN(const Tensor input, samples.Read(0, options.batch_size));
  const std::unique_ptr<runtime::Executor> executor = session.NewExecutor();
  SLIPWAY_TRY_ASSIGN(Durations durations, TimeRuns(*executor, input.view(), options, clock));
  std::ranges::sort(durations);
  return Latency{.batch_size = options.batch_size,
                 .runs = options.runs,
                 .p50 = Percentile(durations, 50),
                 .p90 = Percentile(durations, 90),
                 .p99 = Percentile(durations, 99)};
}

}  // namespace slipway::evaluate
