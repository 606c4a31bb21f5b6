// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/runtime/session.h"

#include <chrono>
#include <cstddef>

namespace slipway::evaluate {

/// How latency is measured.
struct LatencyOptions {
  std::size_t batch_size = 1;     ///< Samples in one run, at least 1.
  std::size_t warm_up_runs = 20;  ///< Runs that are not measured: caches fill, memory is mapped.
  std::size_t runs = 200;         ///< Runs that are measured, at least 1.
};

/// How long runs took.
struct Latency {
  std::size_t batch_size = 0;
  std::size_t runs = 0;
  std::chrono::nanoseconds p50 = {};
  std::chrono::nanoseconds p90 = {};
  std::chrono::nanoseconds p99 = {};
};

/// Runs the first samples of `samples` through `session` again and again on this thread and
/// measures each run by `clock`. A percentile is the least of the times that this share of them
/// does not exceed (nearest rank).
///
/// kInvalidArgument if the samples do not fit the model or are fewer than a batch, or the model
/// fixes another batch size.
Result<Latency> MeasureLatency(const runtime::Session& session,
                               const dataset::SampleSource& samples, const LatencyOptions& options,
                               const Clock& clock = SystemClock());

}  // namespace slipway::evaluate
