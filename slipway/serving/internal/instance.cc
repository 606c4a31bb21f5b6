// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/instance.h"

#include "slipway/serving/internal/output_cutter.h"

#include <utility>

namespace slipway::serving {
namespace {

/// Answers a request and lets go of all that it held.
void Answer(WaitingRequest& waiting, Result<std::vector<SharedTensor>> outputs) {
  waiting.request.done(std::move(outputs));
  waiting.request = QueuedRequest();
}

std::int64_t RowsOf(const QueuedRequest& request) { return request.inputs.front().shape[0]; }

/// Cuts `outputs` into one set of outputs for each request of `batch`.
Status Distribute(std::vector<SharedTensor> outputs, const WaitingRequests& batch,
                  std::vector<std::vector<SharedTensor>>& answers) {
  answers.clear();
  std::int64_t rows = 0;
  for (const WaitingRequest& waiting : batch) rows += RowsOf(waiting.request);
  SLIPWAY_TRY_ASSIGN(OutputCutter cutter, OutputCutter::Create(std::move(outputs), rows));
  for (const WaitingRequest& waiting : batch) {
    SLIPWAY_TRY_ASSIGN(std::vector<SharedTensor> answer, cutter.Next(RowsOf(waiting.request)));
    answers.push_back(std::move(answer));
  }
  return {};
}

}  // namespace

Instance::Instance(std::unique_ptr<runtime::Executor> executor, const Clock& clock,
                   VersionMetrics& metrics)
    : executor_(std::move(executor)), clock_(clock), metrics_(metrics) {}

SteadyTime Instance::Run(WaitingRequests& batch, SteadyTime started) {
  return batch.size() == 1 ? RunAlone(batch.front(), started) : RunTogether(batch, started);
}

SteadyTime Instance::RunAlone(WaitingRequest& waiting, SteadyTime started) {
  const QueuedRequest& request = waiting.request;
  Result<std::vector<SharedTensor>> outputs = executor_->Run(request.inputs, request.outputs);
  const SteadyTime computed = clock_.Now();
  if (outputs) {
    const CallTimes times{
        .started = started, .gathered = started, .computed = computed, .finished = computed};
    metrics_.CountCall(times, waiting.rows, std::span(&request.arrived, 1));
    if (request.times != nullptr) *request.times = times;
  } else {
    metrics_.CountFailure(FailureReason::kBackend);
  }
  Answer(waiting, std::move(outputs));
  return computed;
}

SteadyTime Instance::RunTogether(WaitingRequests& batch, SteadyTime started) {
  CallTimes times{.started = started, .gathered = {}, .computed = {}, .finished = {}};
  const std::span<const TensorView> inputs = JoinInputs(batch);
  times.gathered = clock_.Now();
  Result<std::vector<SharedTensor>> outputs = executor_->Run(inputs, batch.front().request.outputs);
  times.computed = clock_.Now();
  if (!outputs || !Distribute(*std::move(outputs), batch, answers_)) {
    // One of them may have spoilt it for all.
    SteadyTime now = times.computed;
    for (WaitingRequest& waiting : batch) now = RunAlone(waiting, now);
    return now;
  }
  times.finished = clock_.Now();
  arrivals_.clear();
  std::int64_t rows = 0;
  for (const WaitingRequest& waiting : batch) {
    arrivals_.push_back(waiting.request.arrived);
    if (waiting.request.times != nullptr) *waiting.request.times = times;
    rows += waiting.rows;
  }
  metrics_.CountCall(times, rows, arrivals_);
  std::size_t index = 0;
  for (WaitingRequest& waiting : batch) Answer(waiting, std::move(answers_[index++]));
  return times.computed;
}

std::span<const TensorView> Instance::JoinInputs(const WaitingRequests& batch) {
  inputs_.clear();
  for (const WaitingRequest& waiting : batch) inputs_.emplace_back(waiting.request.inputs);
  return buffers_.Gather(inputs_);
}

}  // namespace slipway::serving
