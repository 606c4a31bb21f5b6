// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/ids.h"
#include "slipway/metrics/registry.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace slipway::serving {

class LatencySummaries;

/// Why a request got no outputs, in Triton's words for `nv_inference_request_failure`.
enum class FailureReason : std::uint8_t {
  kRejected,   ///< The queue was full, or its deadline passed there.
  kCancelled,  ///< Its caller had gone.
  kBackend,    ///< The engine failed.
  kOther,      ///< The request was wrong.
};

/// When the stages of one engine call ended.
struct CallTimes {
  SteadyTime started;   ///< The requests left the queue.
  SteadyTime gathered;  ///< Their inputs lay in one place.
  SteadyTime computed;  ///< The engine had returned.
  SteadyTime finished;  ///< Each request had its share of the outputs.
};

/// The metrics of one version of a model: Triton's `nv_inference_*` counters and our histograms,
/// labelled `model` and `version`. Thread-safe; lock-free unless the registry keeps summaries.
class VersionMetrics {
 public:
  /// Makes the series in `registry`, which outlives this object, so that they are there, at 0,
  /// before the first request.
  VersionMetrics(metrics::Registry& registry, const ModelName& model, VersionId version);

  ~VersionMetrics();

  /// Counts one engine call that succeeded, with `inferences` rows for requests that arrived at
  /// `arrivals`. As on Triton, each request counts the whole call's time as its own.
  void CountCall(const CallTimes& times, std::int64_t inferences,
                 std::span<const SteadyTime> arrivals);
  void CountFailure(FailureReason reason);
  /// Sets how many requests wait in the queue.
  void SetPending(std::size_t count);

 private:
  VersionMetrics(metrics::Registry& registry, const metrics::Labels& labels);

  metrics::Counter& successes_;
  metrics::Counter& rejected_;
  metrics::Counter& cancelled_;
  metrics::Counter& backend_failures_;
  metrics::Counter& other_failures_;
  metrics::Counter& inferences_;
  metrics::Counter& executions_;
  metrics::Counter& request_us_;
  metrics::Counter& queue_us_;
  metrics::Counter& input_us_;
  metrics::Counter& infer_us_;
  metrics::Counter& output_us_;
  metrics::Gauge& pending_;
  metrics::Histogram& request_seconds_;
  metrics::Histogram& queue_seconds_;
  metrics::Histogram& input_seconds_;
  metrics::Histogram& compute_seconds_;
  metrics::Histogram& output_seconds_;
  const std::unique_ptr<LatencySummaries> summaries_;
};

}  // namespace slipway::serving
