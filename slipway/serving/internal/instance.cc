// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/instance.h"

#include "slipway/serving/internal/output_cutter.h"

#include <utility>

namespace slipway::serving {
namespace {

std::int64_t RowsOf(std::span<WaitingRequest* const> requests) {
  std::int64_t rows = 0;
  for (const WaitingRequest* const waiting : requests) rows += RowsOf(waiting->request);
  return rows;
}

/// The sources of those outputs of a call that are shaped as inputs.
OutputCutter::Sources SourcesOf(const BatchLayout& layout, const std::vector<std::size_t>& wanted) {
  if (wanted.empty() || layout.scattered.empty()) return layout.scattered;
  OutputCutter::Sources sources;
  for (const std::size_t output : wanted) sources.push_back(layout.scattered[output]);
  return sources;
}

}  // namespace

Instance::Instance(std::unique_ptr<runtime::Executor> executor, const Parts& parts)
    : executor_(std::move(executor)), parts_(parts), buffers_(parts.layout) {}

SteadyTime Instance::Run(WaitingRequests& batch, SteadyTime started) {
  if (batch.size() == 1) return RunAlone(batch.front(), started);
  requests_.clear();
  for (WaitingRequest& waiting : batch) requests_.push_back(&waiting);
  return RunTogether(requests_, started);
}

SteadyTime Instance::RunAlone(WaitingRequest& waiting, SteadyTime started) {
  if (parts_.layout.is_plain()) return RunAsItIs(waiting, started);
  WaitingRequest* const alone = &waiting;
  return RunTogether(std::span(&alone, 1), started);
}

SteadyTime Instance::RunAsItIs(WaitingRequest& waiting, SteadyTime started) {
  const QueuedRequest& request = waiting.request;
  RequestOutputs outputs = executor_->Run(request.inputs, request.outputs);
  const SteadyTime computed = parts_.clock.Now();
  if (outputs) {
    const CallTimes times{
        .started = started, .gathered = started, .computed = computed, .finished = computed};
    parts_.metrics.CountCall(times, waiting.rows, std::span(&request.arrived, 1));
    if (request.times != nullptr) *request.times = times;
  } else {
    parts_.metrics.CountFailure(FailureReason::kBackend);
  }
  Answer(waiting, std::move(outputs));
  return computed;
}

SteadyTime Instance::RunTogether(Requests requests, SteadyTime started) {
  CallTimes times{.started = started, .gathered = {}, .computed = {}, .finished = {}};
  const std::span<const TensorView> inputs = JoinInputs(requests);
  times.gathered = parts_.clock.Now();
  RequestOutputs outputs = executor_->Run(inputs, requests.front()->request.outputs);
  times.computed = parts_.clock.Now();
  const Status distributed =
      outputs ? Distribute(*std::move(outputs), requests) : Status(outputs.error());
  if (!distributed && requests.size() == 1) {
    parts_.metrics.CountFailure(FailureReason::kBackend);
    Answer(*requests.front(), distributed.error());
    return times.computed;
  }
  if (!distributed) {
    // One of them may have spoilt it for all.
    SteadyTime now = times.computed;
    for (WaitingRequest* const waiting : requests) now = RunAlone(*waiting, now);
    return now;
  }
  times.finished = parts_.clock.Now();
  arrivals_.clear();
  std::int64_t rows = 0;
  for (const WaitingRequest* const waiting : requests) {
    arrivals_.push_back(waiting->request.arrived);
    if (waiting->request.times != nullptr) *waiting->request.times = times;
    rows += waiting->rows;
  }
  parts_.metrics.CountCall(times, rows, arrivals_);
  std::size_t index = 0;
  for (WaitingRequest* const waiting : requests) Answer(*waiting, std::move(answers_[index++]));
  return times.computed;
}

std::span<const TensorView> Instance::JoinInputs(Requests requests) {
  inputs_.clear();
  for (const WaitingRequest* const waiting : requests) {
    inputs_.emplace_back(waiting->request.inputs);
  }
  return buffers_.Gather(inputs_, parts_.layout.PaddingOf(RowsOf(requests)));
}

Status Instance::Distribute(std::vector<SharedTensor> outputs, Requests requests) {
  answers_.clear();
  const BatchLayout& layout = parts_.layout;
  const std::int64_t rows = RowsOf(requests);
  const std::int64_t padding = layout.PaddingOf(rows);
  if (requests.size() == 1 && padding == 0 && layout.scattered.empty()) {
    answers_.push_back(std::move(outputs));
    return {};
  }
  SLIPWAY_TRY_ASSIGN(OutputCutter cutter,
                     OutputCutter::Create(std::move(outputs), rows + padding,
                                          SourcesOf(layout, requests.front()->request.outputs)));
  for (const WaitingRequest* const waiting : requests) {
    const QueuedRequest& request = waiting->request;
    SLIPWAY_TRY_ASSIGN(std::vector<SharedTensor> answer,
                       cutter.Next(RowsOf(request), request.inputs));
    answers_.push_back(std::move(answer));
  }
  return cutter.Finish();
}

void Instance::Answer(WaitingRequest& waiting, RequestOutputs outputs) {
  if (parts_.order != nullptr) {
    parts_.order->Deliver(waiting.number, std::move(waiting.request.done), std::move(outputs));
  } else {
    waiting.request.done(std::move(outputs));
  }
  // Lets go of all that the request held.
  waiting.request = QueuedRequest();
}

}  // namespace slipway::serving
