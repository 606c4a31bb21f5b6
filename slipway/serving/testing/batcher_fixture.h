// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"
#include "slipway/runtime/testing/fake_engine.h"
#include "slipway/serving/dynamic_batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace slipway::serving {

using Outputs = std::vector<SharedTensor>;

/// What requests were answered, in the order of the answers. Thread-safe.
class Answers {
 public:
  void Add(int number, Result<Outputs> outputs) {
    const MutexLock lock(mutex_);
    numbers_.push_back(number);
    results_.push_back(std::move(outputs));
    threads_.push_back(std::this_thread::get_id());
    added_.NotifyAll();
  }
  void Await(std::size_t count) {
    MutexLock lock(mutex_);
    while (results_.size() < count) added_.Wait(lock);
  }
  std::vector<int> numbers() const {
    const MutexLock lock(mutex_);
    return numbers_;
  }
  /// The answer to request `number`; waits for it, because a thread of the batcher's may give it.
  Result<Outputs> of(int number) const {
    MutexLock lock(mutex_);
    for (;;) {
      const auto found = std::ranges::find(numbers_, number);
      if (found != numbers_.end()) {
        return results_[static_cast<std::size_t>(found - numbers_.begin())];
      }
      added_.Wait(lock);
    }
  }
  std::vector<std::thread::id> threads() const {
    const MutexLock lock(mutex_);
    return threads_;
  }

 private:
  mutable Mutex mutex_;
  mutable ConditionVariable added_;
  std::vector<int> numbers_ SLIPWAY_GUARDED_BY(mutex_);
  std::vector<Result<Outputs>> results_ SLIPWAY_GUARDED_BY(mutex_);
  std::vector<std::thread::id> threads_ SLIPWAY_GUARDED_BY(mutex_);
};

/// A `DynamicBatcher` over a fake engine and a fake clock, and requests for it.
class BatcherFixture : public ::testing::Test {
 protected:
  void Start(const DynamicBatcherOptions& options,
             const runtime::FakeModel& model = runtime::FakeIdentity(1)) {
    engine_ = std::make_unique<runtime::FakeEngine>(model);
    session_ = engine_->NewSession();
    batcher_ = *DynamicBatcher::Create(
        options, {.session = *session_, .clock = clock_, .metrics = metrics_});
  }

  /// y = x, for which the engine takes `fixed`, and `each` for every row, of the fake clock.
  runtime::FakeModel Takes(std::chrono::microseconds fixed,
                           std::chrono::microseconds each = std::chrono::microseconds(0)) {
    runtime::FakeModel model = runtime::FakeIdentity(1);
    model.compute = [=, this, identity = model.compute](std::span<const TensorView> inputs) {
      clock_.Advance(fixed + inputs[0].shape[0] * each);
      return identity(inputs);
    };
    return model;
  }
  /// A request of this shape, answered under `number`.
  QueuedRequest RequestOf(int number, std::vector<float> elements, const Shape& shape) {
    auto storage = std::make_shared<std::vector<float>>(std::move(elements));
    QueuedRequest request;
    request.inputs.push_back({DataType::kFloat32, shape, std::as_bytes(std::span(*storage))});
    request.arrived = clock_.Now();
    request.storage = storage;
    request.done = [this, number](Result<Outputs> outputs) {
      answers_.Add(number, std::move(outputs));
    };
    return request;
  }
  /// A request whose rows are `elements`, answered under `number`.
  QueuedRequest RequestOf(int number, std::vector<float> elements) {
    const Shape shape({static_cast<std::int64_t>(elements.size()), 1});
    return RequestOf(number, std::move(elements), shape);
  }
  Status Submit(int number, std::vector<float> elements) {
    return batcher_->Submit(RequestOf(number, std::move(elements)));
  }
  std::vector<float> ElementsOf(int number) const {
    const Outputs outputs = *answers_.of(number);
    const std::span<const float> elements = outputs.at(0).view.elements<float>();
    return {elements.begin(), elements.end()};
  }
  /// Submits request `number` and has the one instance hold it in the middle of its run.
  std::jthread OccupyInstance(int number) {
    engine_->HoldRuns();
    EXPECT_TRUE(Submit(number, {0}).has_value());
    std::jthread caller([this] { batcher_->RunOnThisThread(); });
    engine_->AwaitHeldRuns(1);
    return caller;
  }

  std::uint64_t CountOf(std::string_view name) {
    return registry_.GetCounter(name, "", labels()).value();
  }
  std::uint64_t FailuresFor(const std::string& reason) {
    metrics::Labels with_reason = labels();
    with_reason.emplace_back("reason", reason);
    return registry_.GetCounter("nv_inference_request_failure", "", with_reason).value();
  }
  static metrics::Labels labels() { return {{"model", "m"}, {"version", "1"}}; }

  FakeClock clock_;
  metrics::Registry registry_;
  VersionMetrics metrics_{registry_, *ModelName::Parse("m"), VersionId(1)};
  Answers answers_;
  std::unique_ptr<runtime::FakeEngine> engine_;
  std::unique_ptr<runtime::Session> session_;
  std::unique_ptr<DynamicBatcher> batcher_;  // Last: its threads use all the others.
};

}  // namespace slipway::serving
