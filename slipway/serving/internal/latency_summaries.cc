// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/latency_summaries.h"

#include <chrono>

namespace slipway::serving {
namespace {

double Microseconds(SteadyTime::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

}  // namespace

LatencySummaries::LatencySummaries(metrics::Registry& registry, const metrics::Labels& labels)
    : request_(registry.GetSummary("nv_inference_request_summary_us",
                                   "Time from arrival to answer.", labels)),
      queue_(registry.GetSummary("nv_inference_queue_summary_us", "Time in the queue.", labels)),
      input_(registry.GetSummary("nv_inference_compute_input_summary_us", "Time to gather inputs.",
                                 labels)),
      infer_(registry.GetSummary("nv_inference_compute_infer_summary_us", "Time in the engine.",
                                 labels)),
      output_(registry.GetSummary("nv_inference_compute_output_summary_us",
                                  "Time to hand out outputs.", labels)) {}

void LatencySummaries::CountCall(const CallTimes& times, std::span<const SteadyTime> arrivals) {
  if (request_ == nullptr) return;
  for (const SteadyTime arrived : arrivals) {
    request_->Observe(Microseconds(times.finished - arrived));
    queue_->Observe(Microseconds(times.started - arrived));
    input_->Observe(Microseconds(times.gathered - times.started));
    infer_->Observe(Microseconds(times.computed - times.gathered));
    output_->Observe(Microseconds(times.finished - times.computed));
  }
}

}  // namespace slipway::serving
