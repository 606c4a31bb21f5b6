// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/version_metrics.h"

#include "slipway/serving/internal/latency_summaries.h"

#include <algorithm>
#include <string_view>

namespace slipway::serving {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

double Seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::uint64_t Count(Nanoseconds duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
}

Nanoseconds Load(const std::atomic<std::uint64_t>& sum) {
  return Nanoseconds(sum.load(std::memory_order_relaxed));
}

metrics::Labels AllLabels(const ModelName& model, VersionId version, metrics::Labels labels) {
  labels.emplace_back("model", model.text());
  labels.emplace_back("version", ToString(version));
  return labels;
}

}  // namespace

/// Makes the series of one version, all with the same labels.
class VersionMetrics::Series {
 public:
  Series(metrics::Registry& registry, metrics::Labels labels)
      : registry_(registry), labels_(std::move(labels)) {}

  metrics::Counter& Counter(std::string_view name, std::string_view help) const {
    return registry_.GetCounter(name, help, labels_);
  }
  metrics::Counter& Failures(std::string_view reason) const {
    metrics::Labels labels = labels_;
    labels.emplace_back("reason", reason);
    return registry_.GetCounter("nv_inference_request_failure", "Requests that got no outputs.",
                                labels);
  }
  metrics::Gauge& Gauge(std::string_view name, std::string_view help) const {
    return registry_.GetGauge(name, help, labels_);
  }
  metrics::Histogram& Latency(std::string_view name, std::string_view help) const {
    return registry_.GetHistogram(name, help, labels_, metrics::LatencyBounds());
  }
  std::unique_ptr<LatencySummaries> Summaries() const {
    return std::make_unique<LatencySummaries>(registry_, labels_);
  }

 private:
  metrics::Registry& registry_;
  const metrics::Labels labels_;
};

void VersionMetrics::Time::Add(Nanoseconds time) {
  const std::uint64_t added = Count(time);
  const std::uint64_t before = nanoseconds.fetch_add(added, std::memory_order_relaxed);
  // What the sum's whole microseconds grew by: no call's rest is lost.
  const std::uint64_t microseconds = (before + added) / 1000 - before / 1000;
  if (microseconds > 0) shown.Add(microseconds);
}

void VersionMetrics::Batch::Add(const CallTimes& times) {
  calls.fetch_add(1, std::memory_order_relaxed);
  input.fetch_add(Count(times.gathered - times.started), std::memory_order_relaxed);
  infer.fetch_add(Count(times.computed - times.gathered), std::memory_order_relaxed);
  output.fetch_add(Count(times.finished - times.computed), std::memory_order_relaxed);
}

VersionMetrics::VersionMetrics(metrics::Registry& registry, const ModelName& model,
                               VersionId version, const metrics::Labels& tags)
    : VersionMetrics(model, version, Series(registry, AllLabels(model, version, tags))) {}

VersionMetrics::VersionMetrics(const ModelName& model, VersionId version, const Series& series)
    : model_(model),
      version_(version),
      successes_(
          series.Counter("nv_inference_request_success", "Requests that got their outputs.")),
      rejected_(series.Failures("REJECTED")),
      cancelled_(series.Failures("CANCELED")),
      backend_failures_(series.Failures("BACKEND")),
      other_failures_(series.Failures("OTHER")),
      inferences_(series.Counter("nv_inference_count", "Inferences: a request with 8 rows is 8.")),
      executions_(
          series.Counter("nv_inference_exec_count", "Calls of the engine, each with one batch.")),
      request_time_{series.Counter("nv_inference_request_duration_us",
                                   "Time from arrival to answer, over all requests.")},
      queue_time_{series.Counter("nv_inference_queue_duration_us",
                                 "Time in the queue, over all requests.")},
      input_time_{series.Counter("nv_inference_compute_input_duration_us",
                                 "Time to gather inputs, over all requests.")},
      infer_time_{series.Counter("nv_inference_compute_infer_duration_us",
                                 "Time in the engine, over all requests.")},
      output_time_{series.Counter("nv_inference_compute_output_duration_us",
                                  "Time to hand out outputs, over all requests.")},
      pending_(series.Gauge("nv_inference_pending_request_count",
                            "Requests accepted and not yet started.")),
      load_seconds_(
          series.Gauge("nv_model_load_duration_secs", "Time that loading took, with warm-up.")),
      request_seconds_(series.Latency("slipway_request_seconds",
                                      "Time from a request's arrival to its answer.")),
      queue_seconds_(series.Latency("slipway_queue_wait_seconds",
                                    "Time that a request waited for an instance.")),
      input_seconds_(
          series.Latency("slipway_input_seconds", "Time to gather the inputs of one call.")),
      compute_seconds_(
          series.Latency("slipway_compute_seconds", "Time of one call of the engine.")),
      output_seconds_(
          series.Latency("slipway_output_seconds", "Time to hand out the outputs of one call.")),
      summaries_(series.Summaries()) {}

VersionMetrics::~VersionMetrics() = default;

void VersionMetrics::CountCall(const CallTimes& times, std::int64_t inferences,
                               std::span<const SteadyTime> arrivals) {
  Nanoseconds queued{0};
  Nanoseconds answered{0};
  for (const SteadyTime arrived : arrivals) {
    queued += times.started - arrived;
    answered += times.finished - arrived;
    queue_seconds_.Observe(Seconds(times.started - arrived));
    request_seconds_.Observe(Seconds(times.finished - arrived));
  }
  input_seconds_.Observe(Seconds(times.gathered - times.started));
  compute_seconds_.Observe(Seconds(times.computed - times.gathered));
  output_seconds_.Observe(Seconds(times.finished - times.computed));
  summaries_->CountCall(times, arrivals);
  const auto requests = static_cast<std::int64_t>(arrivals.size());
  successes_.Add(arrivals.size());
  inferences_.Add(static_cast<std::uint64_t>(inferences));
  executions_.Add();
  request_time_.Add(answered);
  queue_time_.Add(queued);
  input_time_.Add((times.gathered - times.started) * requests);
  infer_time_.Add((times.computed - times.gathered) * requests);
  output_time_.Add((times.finished - times.computed) * requests);
  CountBatch(times, inferences);
  last_call_.store(times.finished, std::memory_order_relaxed);
}

void VersionMetrics::CountBatch(const CallTimes& times, std::int64_t rows) {
  if (rows >= 0 && static_cast<std::size_t>(rows) < batches_.size()) {
    return batches_[static_cast<std::size_t>(rows)].Add(times);
  }
  const MutexLock lock(mutex_);
  large_batches_[rows].Add(times);
}

void VersionMetrics::CountFailure(FailureReason reason, Nanoseconds after) {
  failure_nanoseconds_.fetch_add(Count(after), std::memory_order_relaxed);
  switch (reason) {
    case FailureReason::kRejected:
      return rejected_.Add();
    case FailureReason::kCancelled:
      return cancelled_.Add();
    case FailureReason::kBackend:
      return backend_failures_.Add();
    case FailureReason::kOther:
      return other_failures_.Add();
  }
}

void VersionMetrics::SetPending(std::size_t count) { pending_.Set(static_cast<double>(count)); }

void VersionMetrics::SetLoadTime(Nanoseconds time) { load_seconds_.Set(Seconds(time)); }

VersionStatistics VersionMetrics::Statistics(const Clock& clock) const {
  const std::uint64_t requests = successes_.value();
  const auto of_requests = [requests](const Time& time) {
    return DurationSum{.count = requests, .total = Load(time.nanoseconds)};
  };
  const std::uint64_t failures =
      rejected_.value() + cancelled_.value() + backend_failures_.value() + other_failures_.value();
  VersionStatistics statistics{.model = model_,
                               .version = version_,
                               .inference_count = inferences_.value(),
                               .execution_count = executions_.value(),
                               .success = of_requests(request_time_),
                               .fail = {.count = failures, .total = Load(failure_nanoseconds_)},
                               .queue = of_requests(queue_time_),
                               .compute_input = of_requests(input_time_),
                               .compute_infer = of_requests(infer_time_),
                               .compute_output = of_requests(output_time_)};
  const SteadyTime last = last_call_.load(std::memory_order_relaxed);
  if (last != SteadyTime()) {
    const WallTime when =
        clock.WallNow() - std::chrono::round<WallTime::duration>(clock.Now() - last);
    statistics.last_inference =
        std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
  }
  for (std::size_t rows = 0; rows < batches_.size(); ++rows) {
    AppendBatch(rows, batches_[rows], statistics.batches);
  }
  const MutexLock lock(mutex_);
  for (const auto& [rows, batch] : large_batches_) {
    AppendBatch(static_cast<std::uint64_t>(rows), batch, statistics.batches);
  }
  return statistics;
}

void VersionMetrics::AppendBatch(std::uint64_t rows, const Batch& batch,
                                 std::vector<BatchStatistics>& batches) {
  const std::uint64_t calls = batch.calls.load(std::memory_order_relaxed);
  if (calls == 0) return;
  batches.push_back({.rows = rows,
                     .compute_input = {.count = calls, .total = Load(batch.input)},
                     .compute_infer = {.count = calls, .total = Load(batch.infer)},
                     .compute_output = {.count = calls, .total = Load(batch.output)}});
}

std::shared_ptr<VersionMetrics> VersionMetricsTable::Get(const ModelName& model, VersionId version,
                                                         const metrics::Labels& tags) {
  const MutexLock lock(mutex_);
  Entry& entry = entries_[{model, version}];
  if (entry.metrics == nullptr || entry.tags != tags) {
    entry = {.tags = tags,
             .metrics = std::make_shared<VersionMetrics>(registry_, model, version, tags)};
  }
  return entry.metrics;
}

}  // namespace slipway::serving
