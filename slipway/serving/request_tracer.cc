// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/request_tracer.h"

#include "slipway/base/log.h"
#include "slipway/serving/internal/trace_files.h"
#include "slipway/serving/internal/trace_json.h"

#include <pthread.h>

#include <utility>

namespace slipway::serving {
namespace {

std::uint64_t TensorBytes(const RequestTrace& trace) {
  std::uint64_t bytes = 0;
  for (const InputTensor& input : trace.inputs) bytes += input.tensor.bytes.size();
  for (const OutputTensor& output : trace.outputs) bytes += output.tensor.view.bytes.size();
  return bytes;
}

}  // namespace

RequestTracer::RequestTracer(const Parts& parts, const TraceQueueLimits& limits)
    : settings_(parts.settings),
      clock_(parts.clock),
      limits_(limits),
      written_(
          parts.metrics.GetCounter("slipway_trace_written_total", "Traces written to a file.")),
      dropped_(parts.metrics.GetCounter("slipway_trace_dropped_total",
                                        "Traces lost: too many waited, or the file failed.")),
      failures_(parts.clock),
      writer_([this] { Write(); }) {
  ::pthread_setname_np(writer_.native_handle(), "slipway-trace");
}

RequestTracer::~RequestTracer() {
  const MutexLock lock(mutex_);
  stopped_ = true;
  arrived_.NotifyAll();
}

std::optional<TraceSetting> RequestTracer::TakeTurn(const ModelName& model) {
  const MutexLock lock(samplers_mutex_);
  const auto [entry, is_new] = samplers_.try_emplace(model);
  Sampler& sampler = entry->second;
  const std::uint64_t generation = settings_.generation();
  if (is_new || sampler.generation != generation) {
    sampler.setting = settings_.Of(model);
    sampler.generation = generation;
  }
  if (!sampler.setting.is_on() || sampler.setting.file.empty()) return std::nullopt;
  if (++sampler.seen < sampler.setting.rate) return std::nullopt;
  sampler.seen = 0;
  return settings_.TakeOne(model) ? std::optional(sampler.setting) : std::nullopt;
}

std::unique_ptr<RequestTrace> RequestTracer::Pick(const InferRequest& request, VersionId version) {
  std::optional<TraceSetting> setting = TakeTurn(request.model);
  if (!setting) return nullptr;
  auto trace = std::make_unique<RequestTrace>(
      RequestTrace{.id = last_id_.fetch_add(1, std::memory_order_relaxed) + 1,
                   .model = request.model,
                   .version = version,
                   .request_id = request.id,
                   .context = request.trace,
                   .setting = *std::move(setting),
                   .begun = clock_.Now()});
  if (trace->setting.tensors) {
    trace->inputs = request.inputs;
    trace->storage = request.storage;
  }
  return trace;
}

void RequestTracer::End(std::unique_ptr<RequestTrace> trace,
                        const std::vector<OutputTensor>& outputs) {
  trace->ended = clock_.Now();
  if (trace->setting.tensors) trace->outputs = outputs;
  const std::uint64_t bytes = TensorBytes(*trace);
  const MutexLock lock(mutex_);
  const bool is_full =
      waiting_.size() >= limits_.max_traces || waiting_bytes_ + bytes > limits_.max_bytes;
  if (is_full) return dropped_.Add();
  waiting_.push_back(std::move(trace));
  waiting_bytes_ += bytes;
  arrived_.NotifyOne();
}

std::deque<std::unique_ptr<RequestTrace>> RequestTracer::AwaitTraces() {
  MutexLock lock(mutex_);
  while (waiting_.empty() && !stopped_) arrived_.Wait(lock);
  waiting_bytes_ = 0;
  return std::exchange(waiting_, {});
}

void RequestTracer::Write() {
  TraceFiles files;
  while (true) {
    const std::deque<std::unique_ptr<RequestTrace>> traces = AwaitTraces();
    // Only a tracer that ends wakes its thread for nothing.
    if (traces.empty()) return;
    for (const std::unique_ptr<RequestTrace>& trace : traces) {
      const Status written = files.Append(trace->setting, TraceJson(*trace));
      if (written) {
        written_.Add();
        continue;
      }
      dropped_.Add();
      if (const std::optional<std::uint64_t> held_back = failures_.Admit()) {
        LogWarning({.model = trace->model.text(), .code = written.error().code()},
                   "a trace was lost: {}{}", written.error().message(), HeldBackNote(*held_back));
      }
    }
  }
}

}  // namespace slipway::serving
