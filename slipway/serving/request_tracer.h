// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/log_limiter.h"
#include "slipway/base/mutex.h"
#include "slipway/metrics/registry.h"
#include "slipway/serving/request_trace.h"
#include "slipway/serving/trace_settings.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace slipway::serving {

/// How many finished traces may wait to be written.
struct TraceQueueLimits {
  std::size_t max_traces = 1024;
  std::uint64_t max_bytes = std::uint64_t{64} << 20U;  ///< Of the tensors of all that wait.
};

/// Picks the requests that are traced and writes what became of them to files, as Triton's trace
/// extension has it.
///
/// Thread-safe. A thread of its own formats and writes; requests only leave their traces in a
/// bounded queue, and one that finds it full is counted in `slipway_trace_dropped_total`. While
/// tracing is off a request costs one relaxed load. Its end writes what waits.
class RequestTracer {
 public:
  /// What a tracer works with; all outlive it.
  struct Parts {
    TraceSettings& settings;
    const Clock& clock;
    metrics::Registry& metrics;
  };
  explicit RequestTracer(const Parts& parts, const TraceQueueLimits& limits = {});
  ~RequestTracer();
  RequestTracer(const RequestTracer&) = delete;
  RequestTracer& operator=(const RequestTracer&) = delete;

  /// The trace of `request`, begun now, if it is one that the settings pick; else null.
  std::unique_ptr<RequestTrace> Begin(const InferRequest& request, VersionId version) {
    return settings_.is_on() ? Pick(request, version) : nullptr;
  }
  /// Ends `trace`, which is not null, now and has it written. `outputs` are those of the answer.
  void End(std::unique_ptr<RequestTrace> trace, const std::vector<OutputTensor>& outputs);

 private:
  /// What is known of a model, so that its settings need not be put together for each request.
  struct Sampler {
    std::uint64_t generation = 0;
    TraceSetting setting;
    std::uint64_t seen = 0;  ///< Requests since the last that was traced.
  };

  std::unique_ptr<RequestTrace> Pick(const InferRequest& request, VersionId version);
  std::optional<TraceSetting> TakeTurn(const ModelName& model);
  void Write();
  std::deque<std::unique_ptr<RequestTrace>> AwaitTraces();

  TraceSettings& settings_;
  const Clock& clock_;
  const TraceQueueLimits limits_;
  metrics::Counter& written_;
  metrics::Counter& dropped_;
  LogLimiter failures_;
  std::atomic<std::uint64_t> last_id_ = 0;

  Mutex samplers_mutex_;
  std::map<ModelName, Sampler> samplers_ SLIPWAY_GUARDED_BY(samplers_mutex_);

  Mutex mutex_;
  ConditionVariable arrived_;
  std::deque<std::unique_ptr<RequestTrace>> waiting_ SLIPWAY_GUARDED_BY(mutex_);
  std::uint64_t waiting_bytes_ SLIPWAY_GUARDED_BY(mutex_) = 0;
  bool stopped_ SLIPWAY_GUARDED_BY(mutex_) = false;

  std::jthread writer_;  ///< Last, because it uses all the others.
};

}  // namespace slipway::serving
