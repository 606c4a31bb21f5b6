// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/in_process_load.h"

#include "slipway/api/client/latency_histogram.h"
#include "slipway/base/clock.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace slipway::app {
namespace {

using api::client::LatencyHistogram;
using api::client::LoadResult;

/// What one caller saw in the measured time.
struct CallerCounts {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::optional<Error> first_error;
  LatencyHistogram latencies;
};

serving::InferRequest MakeRequest(const InProcessLoad& load) {
  serving::InferRequest request{.model = load.model, .version = load.version};
  for (const NamedTensor& input : load.inputs) {
    request.inputs.push_back({.name = input.name, .tensor = input.tensor.view()});
  }
  return request;
}

struct Period {
  SteadyTime from;
  SteadyTime to;
};

CallerCounts Call(serving::InferenceService& service, const InProcessLoad& load,
                  const Period& measured) {
  CallerCounts counts;
  const Clock& clock = SystemClock();
  for (SteadyTime start = clock.Now(); start < measured.to;) {
    const Result<serving::InferResponse> answer = serving::InferAndWait(service, MakeRequest(load));
    const SteadyTime end = clock.Now();
    if (start >= measured.from) {
      ++counts.requests;
      if (answer) counts.latencies.Record(end - start);
      if (!answer && counts.errors++ == 0) counts.first_error = answer.error();
    }
    start = end;
  }
  return counts;
}

LoadResult Summarize(std::span<const CallerCounts> callers, std::chrono::duration<double> time) {
  LoadResult result{.seconds = time.count()};
  LatencyHistogram latencies;
  for (const CallerCounts& caller : callers) {
    result.requests += caller.requests;
    result.errors += caller.errors;
    if (caller.first_error && result.first_error.empty()) {
      result.first_error = ToString(*caller.first_error);
    }
    latencies.Add(caller.latencies);
  }
  result.rate = static_cast<double>(result.requests - result.errors) / time.count();
  result.p50 = latencies.Quantile(0.5);
  result.p90 = latencies.Quantile(0.9);
  result.p99 = latencies.Quantile(0.99);
  result.p999 = latencies.Quantile(0.999);
  result.max = latencies.max();
  return result;
}

}  // namespace

Result<LoadResult> MeasureInProcess(serving::InferenceService& service, const InProcessLoad& load) {
  SLIPWAY_TRY(serving::InferAndWait(service, MakeRequest(load)));
  const SteadyTime now = SystemClock().Now();
  const Period measured{.from = now + load.warmup, .to = now + load.warmup + load.duration};
  std::vector<CallerCounts> counts(load.callers);
  {
    std::vector<std::jthread> callers;
    callers.reserve(counts.size());
    for (CallerCounts& mine : counts) {
      callers.emplace_back([&] { mine = Call(service, load, measured); });
    }
  }
  return Summarize(counts, load.duration);
}

}  // namespace slipway::app
