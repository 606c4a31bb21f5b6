// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/version_metrics.h"

#include "slipway/serving/internal/latency_summaries.h"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace slipway::serving {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

double Seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::uint64_t Microseconds(Nanoseconds duration) {
  const auto count = std::chrono::round<std::chrono::microseconds>(duration).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

metrics::Counter& FailureCounter(metrics::Registry& registry, metrics::Labels labels,
                                 std::string_view reason) {
  labels.emplace_back("reason", reason);
  return registry.GetCounter("nv_inference_request_failure", "Requests that got no outputs.",
                             labels);
}

metrics::Histogram& LatencyHistogram(metrics::Registry& registry, std::string_view name,
                                     std::string_view help, const metrics::Labels& labels) {
  return registry.GetHistogram(name, help, labels, metrics::LatencyBounds());
}

}  // namespace

VersionMetrics::VersionMetrics(metrics::Registry& registry, const ModelName& model,
                               VersionId version)
    : VersionMetrics(registry, {{"model", model.text()}, {"version", ToString(version)}}) {}

VersionMetrics::VersionMetrics(metrics::Registry& registry, const metrics::Labels& labels)
    : successes_(registry.GetCounter("nv_inference_request_success",
                                     "Requests that got their outputs.", labels)),
      rejected_(FailureCounter(registry, labels, "REJECTED")),
      cancelled_(FailureCounter(registry, labels, "CANCELED")),
      backend_failures_(FailureCounter(registry, labels, "BACKEND")),
      other_failures_(FailureCounter(registry, labels, "OTHER")),
      inferences_(registry.GetCounter("nv_inference_count",
                                      "Inferences: a request with 8 rows is 8.", labels)),
      executions_(registry.GetCounter("nv_inference_exec_count",
                                      "Calls of the engine, each with one batch.", labels)),
      request_us_(registry.GetCounter("nv_inference_request_duration_us",
                                      "Time from arrival to answer, over all requests.", labels)),
      queue_us_(registry.GetCounter("nv_inference_queue_duration_us",
                                    "Time in the queue, over all requests.", labels)),
      input_us_(registry.GetCounter("nv_inference_compute_input_duration_us",
                                    "Time to gather inputs, over all requests.", labels)),
      infer_us_(registry.GetCounter("nv_inference_compute_infer_duration_us",
                                    "Time in the engine, over all requests.", labels)),
      output_us_(registry.GetCounter("nv_inference_compute_output_duration_us",
                                     "Time to hand out outputs, over all requests.", labels)),
      pending_(registry.GetGauge("nv_inference_pending_request_count",
                                 "Requests accepted and not yet started.", labels)),
      request_seconds_(LatencyHistogram(registry, "slipway_request_seconds",
                                        "Time from a request's arrival to its answer.", labels)),
      queue_seconds_(LatencyHistogram(registry, "slipway_queue_wait_seconds",
                                      "Time that a request waited for an instance.", labels)),
      input_seconds_(LatencyHistogram(registry, "slipway_input_seconds",
                                      "Time to gather the inputs of one call.", labels)),
      compute_seconds_(LatencyHistogram(registry, "slipway_compute_seconds",
                                        "Time of one call of the engine.", labels)),
      output_seconds_(LatencyHistogram(registry, "slipway_output_seconds",
                                       "Time to hand out the outputs of one call.", labels)),
      summaries_(std::make_unique<LatencySummaries>(registry, labels)) {}

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
  request_us_.Add(Microseconds(answered));
  queue_us_.Add(Microseconds(queued));
  input_us_.Add(Microseconds((times.gathered - times.started) * requests));
  infer_us_.Add(Microseconds((times.computed - times.gathered) * requests));
  output_us_.Add(Microseconds((times.finished - times.computed) * requests));
}

void VersionMetrics::CountFailure(FailureReason reason) {
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

}  // namespace slipway::serving
