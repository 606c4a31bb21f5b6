// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/ids.h"
#include "slipway/base/mutex.h"
#include "slipway/metrics/registry.h"
#include "slipway/serving/version_statistics.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

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
/// labelled `model`, `version` and what the configuration adds, and the sums of its statistics
/// extension. Thread-safe; lock-free, but for batches of more rows than most have and if the
/// registry keeps summaries.
class VersionMetrics {
 public:
  /// Makes the series in `registry`, which outlives this object, so that they are there, at 0,
  /// before the first request. `tags` are further labels.
  VersionMetrics(metrics::Registry& registry, const ModelName& model, VersionId version,
                 const metrics::Labels& tags = {});

  ~VersionMetrics();

  /// Counts one engine call that succeeded, with `inferences` rows for requests that arrived at
  /// `arrivals`. As on Triton, each request counts the whole call's time as its own.
  void CountCall(const CallTimes& times, std::int64_t inferences,
                 std::span<const SteadyTime> arrivals);
  /// Counts a request that failed `after` it had arrived.
  void CountFailure(FailureReason reason, std::chrono::nanoseconds after = {});
  /// Sets how many requests wait in the queue.
  void SetPending(std::size_t count);
  /// Sets how long loading took, warm-up included.
  void SetLoadTime(std::chrono::nanoseconds time);

  /// What has been counted so far, one figure after the other while requests go on.
  VersionStatistics Statistics(const Clock& clock) const;

 private:
  /// Nanoseconds, and the counter that shows them as whole microseconds.
  struct Time {
    metrics::Counter& shown;
    std::atomic<std::uint64_t> nanoseconds = 0;
    void Add(std::chrono::nanoseconds time);
  };
  /// The engine calls with one number of rows.
  struct Batch {
    std::atomic<std::uint64_t> calls = 0;
    std::atomic<std::uint64_t> input = 0;
    std::atomic<std::uint64_t> infer = 0;
    std::atomic<std::uint64_t> output = 0;
    void Add(const CallTimes& times);
  };
  /// Batches up to this many rows are counted without a lock.
  static constexpr std::size_t kCountedRows = 64;
  class Series;

  VersionMetrics(const ModelName& model, VersionId version, const Series& series);
  void CountBatch(const CallTimes& times, std::int64_t rows);
  static void AppendBatch(std::uint64_t rows, const Batch& batch,
                          std::vector<BatchStatistics>& batches);

  const ModelName model_;
  const VersionId version_;
  metrics::Counter& successes_;
  metrics::Counter& rejected_;
  metrics::Counter& cancelled_;
  metrics::Counter& backend_failures_;
  metrics::Counter& other_failures_;
  metrics::Counter& inferences_;
  metrics::Counter& executions_;
  Time request_time_;
  Time queue_time_;
  Time input_time_;
  Time infer_time_;
  Time output_time_;
  metrics::Gauge& pending_;
  metrics::Gauge& load_seconds_;
  metrics::Histogram& request_seconds_;
  metrics::Histogram& queue_seconds_;
  metrics::Histogram& input_seconds_;
  metrics::Histogram& compute_seconds_;
  metrics::Histogram& output_seconds_;
  const std::unique_ptr<LatencySummaries> summaries_;
  std::atomic<std::uint64_t> failure_nanoseconds_ = 0;
  std::atomic<SteadyTime> last_call_ = SteadyTime();  ///< The first moment: never.
  std::array<Batch, kCountedRows + 1> batches_;       ///< By rows.
  mutable Mutex mutex_;
  std::map<std::int64_t, Batch> large_batches_ SLIPWAY_GUARDED_BY(mutex_);
};

/// The metrics of all versions that a server ever loaded: they go on counting when a version is
/// loaded again. Thread-safe.
class VersionMetricsTable {
 public:
  /// `registry` outlives the table.
  explicit VersionMetricsTable(metrics::Registry& registry) : registry_(registry) {}

  /// The metrics of this version, new ones if it had others than these `tags` before.
  std::shared_ptr<VersionMetrics> Get(const ModelName& model, VersionId version,
                                      const metrics::Labels& tags);

 private:
  struct Entry {
    metrics::Labels tags;
    std::shared_ptr<VersionMetrics> metrics;
  };

  metrics::Registry& registry_;
  Mutex mutex_;
  std::map<std::pair<ModelName, VersionId>, Entry> entries_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::serving
