// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/serving/inference_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {

/// A service with one model, "echo", versions 2 and 10, which gives back each input as the output
/// of the same name. Like the real one it answers what it accepts only in `RunQueued`.
///
/// Thread-safe.
class FakeService final : public serving::InferenceService {
 public:
  void Infer(serving::InferRequest request, serving::InferCallback done) override {
    if (std::optional<Error> refusal = Check(request)) return done(*std::move(refusal));
    const MutexLock lock(mutex_);
    queue_.emplace_back(std::move(request), std::move(done));
  }

  serving::WorkLeft RunQueued() override {
    std::vector<Queued> queue;
    {
      const MutexLock lock(mutex_);
      std::swap(queue, queue_);
    }
    for (Queued& queued : queue) queued.second(Answer(queued.first));
    return serving::WorkLeft::kNone;
  }

  bool IsLive() const override { return true; }
  bool IsReady() const override {
    const MutexLock lock(mutex_);
    return ready_;
  }
  Result<bool> IsModelReady(const ModelName& model,
                            const std::optional<VersionId>& version) const override {
    if (model.text() != "echo") return NotFound("model {:?} is unknown", model.text());
    return IsReady() && (!version || *version == VersionId(2) || *version == VersionId(10));
  }
  Result<serving::ModelMetadata> Metadata(const ModelName& model,
                                          const std::optional<VersionId>& version) const override {
    if (model.text() != "echo") return NotFound("model {:?} is unknown", model.text());
    if (version && *version == VersionId(3)) return NotFound("model \"echo\" has no version 3");
    return serving::ModelMetadata{.name = model,
                                  .versions = {VersionId(2), VersionId(10)},
                                  .platform = "onnxruntime_onnx",
                                  .inputs = {{"x", DataType::kFloat32, {-1, 4}}},
                                  .outputs = {{"x", DataType::kFloat32, {-1, 4}}},
                                  .max_batch_size = 8};
  }
  serving::ClassLabels Labels(const ModelName& /*model*/, VersionId /*version*/,
                              std::string_view /*output*/) const override {
    return std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"cat", "dog"});
  }

  void SetReady(bool ready) {
    const MutexLock lock(mutex_);
    ready_ = ready;
  }
  /// Answers every later request with `error`.
  void FailWith(Error error) {
    const MutexLock lock(mutex_);
    failure_ = std::move(error);
  }
  /// The deadline of the last request that was accepted.
  std::optional<SteadyTime> last_deadline() const {
    const MutexLock lock(mutex_);
    return last_deadline_;
  }
  /// By what it is told that its caller has gone.
  std::stop_token last_cancelled() const {
    const MutexLock lock(mutex_);
    return last_cancelled_;
  }
  /// Its parameters and its trace.
  serving::Parameters last_parameters() const {
    const MutexLock lock(mutex_);
    return last_parameters_;
  }
  std::optional<serving::TraceContext> last_trace() const {
    const MutexLock lock(mutex_);
    return last_trace_;
  }

 private:
  using Queued = std::pair<serving::InferRequest, serving::InferCallback>;

  std::optional<Error> Check(const serving::InferRequest& request) {
    const MutexLock lock(mutex_);
    if (failure_) return failure_;
    if (request.model.text() != "echo") {
      return NotFound("model {:?} is unknown", request.model.text());
    }
    for (const std::string& output : request.outputs) {
      if (std::ranges::find(request.inputs, output, &serving::InputTensor::name) ==
          request.inputs.end()) {
        return InvalidArgument("output {:?} is unknown", output);
      }
    }
    last_deadline_ = request.deadline;
    last_cancelled_ = request.cancelled;
    last_parameters_ = request.parameters;
    last_trace_ = request.trace;
    return std::nullopt;
  }

  static serving::InferResponse Answer(const serving::InferRequest& request) {
    serving::InferResponse response{.model = request.model,
                                    .version = request.version.value_or(VersionId(10)),
                                    .id = request.id,
                                    .outputs = {}};
    const auto add = [&](const serving::InputTensor& input) {
      response.outputs.push_back({input.name, {input.tensor, request.storage}});
    };
    if (request.outputs.empty()) std::ranges::for_each(request.inputs, add);
    for (const std::string& output : request.outputs) {
      add(*std::ranges::find(request.inputs, output, &serving::InputTensor::name));
    }
    return response;
  }

  mutable Mutex mutex_;
  std::vector<Queued> queue_ SLIPWAY_GUARDED_BY(mutex_);
  std::optional<Error> failure_ SLIPWAY_GUARDED_BY(mutex_);
  std::optional<SteadyTime> last_deadline_ SLIPWAY_GUARDED_BY(mutex_);
  std::stop_token last_cancelled_ SLIPWAY_GUARDED_BY(mutex_);
  serving::Parameters last_parameters_ SLIPWAY_GUARDED_BY(mutex_);
  std::optional<serving::TraceContext> last_trace_ SLIPWAY_GUARDED_BY(mutex_);
  bool ready_ SLIPWAY_GUARDED_BY(mutex_) = true;
};

}  // namespace slipway::api
