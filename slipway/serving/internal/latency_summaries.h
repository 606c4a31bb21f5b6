// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/metrics/registry.h"
#include "slipway/serving/version_metrics.h"

#include <span>

namespace slipway::serving {

/// Triton's `nv_inference_*_summary_us` of one version: quantiles of each stage over the last
/// minute. None of them if the registry keeps no summaries. Thread-safe.
class LatencySummaries {
 public:
  /// `registry` outlives this object.
  LatencySummaries(metrics::Registry& registry, const metrics::Labels& labels);

  /// Counts one engine call for requests that arrived at `arrivals`; each has the whole call's
  /// time.
  void CountCall(const CallTimes& times, std::span<const SteadyTime> arrivals);

 private:
  metrics::Summary* const request_;  ///< Null, as all of them, if there are no summaries.
  metrics::Summary* const queue_;
  metrics::Summary* const input_;
  metrics::Summary* const infer_;
  metrics::Summary* const output_;
};

}  // namespace slipway::serving
