// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/dynamic_batcher.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"
#include "slipway/runtime/testing/fake_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using runtime::FakeEngine;
using runtime::FakeModel;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const metrics::Labels kLabels = {{"model", "m"}, {"version", "1"}};

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
  /// The answer to request `number`, which has one.
  Result<Outputs> of(int number) const {
    const MutexLock lock(mutex_);
    const auto found = std::ranges::find(numbers_, number);
    return results_.at(static_cast<std::size_t>(found - numbers_.begin()));
  }
  std::vector<std::thread::id> threads() const {
    const MutexLock lock(mutex_);
    return threads_;
  }

 private:
  mutable Mutex mutex_;
  ConditionVariable added_;
  std::vector<int> numbers_ SLIPWAY_GUARDED_BY(mutex_);
  std::vector<Result<Outputs>> results_ SLIPWAY_GUARDED_BY(mutex_);
  std::vector<std::thread::id> threads_ SLIPWAY_GUARDED_BY(mutex_);
};

/// y = x, which fails when x has a negative element.
FakeModel FailsOnNegative() {
  FakeModel model = runtime::FakeIdentity(1);
  model.compute = [](std::span<const TensorView> inputs) -> Result<std::vector<Tensor>> {
    if (std::ranges::min(inputs[0].elements<float>()) < 0) return InternalError("negative");
    std::vector<Tensor> outputs;
    SLIPWAY_TRY_ASSIGN(Tensor copy, Tensor::CopyOf(inputs[0]));
    outputs.push_back(std::move(copy));
    return outputs;
  };
  return model;
}

/// The sum over all rows, in one row: it does not keep its rows apart.
FakeModel SumsRows() {
  FakeModel model = runtime::FakeIdentity(1);
  model.compute = [](std::span<const TensorView> inputs) -> Result<std::vector<Tensor>> {
    float sum = 0;
    for (const float element : inputs[0].elements<float>()) sum += element;
    std::vector<Tensor> outputs;
    outputs.push_back(Tensor::Of(Shape({1, 1}), std::span<const float>(&sum, 1)));
    return outputs;
  };
  return model;
}

class DynamicBatcherTest : public ::testing::Test {
 protected:
  void Start(const DynamicBatcherOptions& options,
             const FakeModel& model = runtime::FakeIdentity(1)) {
    engine_ = std::make_unique<FakeEngine>(model);
    session_ = engine_->NewSession();
    batcher_ = *DynamicBatcher::Create(
        options, {.session = *session_, .clock = clock_, .metrics = metrics_});
  }

  /// A request whose rows are `elements`, answered under `number`.
  QueuedRequest RequestOf(int number, std::vector<float> elements) {
    auto storage = std::make_shared<std::vector<float>>(std::move(elements));
    QueuedRequest request;
    request.inputs.push_back({DataType::kFloat32,
                              Shape({static_cast<std::int64_t>(storage->size()), 1}),
                              std::as_bytes(std::span(*storage))});
    request.arrived = clock_.Now();
    request.storage = storage;
    request.done = [this, number](Result<Outputs> outputs) {
      answers_.Add(number, std::move(outputs));
    };
    return request;
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
    return registry_.GetCounter(name, "", kLabels).value();
  }
  std::uint64_t FailuresFor(const std::string& reason) {
    metrics::Labels labels = kLabels;
    labels.emplace_back("reason", reason);
    return registry_.GetCounter("nv_inference_request_failure", "", labels).value();
  }

  FakeClock clock_;
  metrics::Registry registry_;
  VersionMetrics metrics_{registry_, *ModelName::Parse("m"), VersionId(1)};
  Answers answers_;
  std::unique_ptr<FakeEngine> engine_;
  std::unique_ptr<runtime::Session> session_;
  std::unique_ptr<DynamicBatcher> batcher_;  // Last: its threads use all the others.
};

TEST_F(DynamicBatcherTest, RunsALoneRequestOnTheCallingThread) {
  Start({.max_batch_size = 8, .max_queue_delay = 1h});
  ASSERT_OK(Submit(1, {1, 2}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.threads(), ElementsAre(std::this_thread::get_id()));
  EXPECT_THAT(ElementsOf(1), ElementsAre(1, 2));
}

TEST_F(DynamicBatcherTest, JoinsRequestsThatCameTogether) {
  Start({.max_batch_size = 8});
  ASSERT_OK(Submit(1, {1}));
  ASSERT_OK(Submit(2, {2, 3}));
  ASSERT_OK(Submit(3, {4}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(4));
  EXPECT_THAT(ElementsOf(1), ElementsAre(1));
  EXPECT_THAT(ElementsOf(2), ElementsAre(2, 3));
  EXPECT_THAT(ElementsOf(3), ElementsAre(4));
}

TEST_F(DynamicBatcherTest, FillsBatchesUpToTheMaximum) {
  Start({.max_batch_size = 3});
  for (int i = 1; i <= 5; ++i) ASSERT_OK(Submit(i, {1}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(3, 2));
  EXPECT_THAT(answers_.numbers(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(DynamicBatcherTest, RunsOneRequestACallWithoutBatching) {
  Start({.max_batch_size = 0});
  ASSERT_OK(Submit(1, {1, 2, 3}));
  ASSERT_OK(Submit(2, {4}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(3, 1));
}

TEST_F(DynamicBatcherTest, RefusesMoreRowsThanABatchMayHave) {
  Start({.max_batch_size = 2});

  EXPECT_THAT(Submit(1, {1, 2, 3}),
              FailsWith(ErrorCode::kInvalidArgument, AllOf(HasSubstr("3 rows"), HasSubstr("2"))));
  EXPECT_THAT(answers_.numbers(), IsEmpty());
}

TEST_F(DynamicBatcherTest, RefusesWhatTheQueueCannotHold) {
  Start({.max_batch_size = 8, .max_queue_requests = 1});
  ASSERT_OK(Submit(1, {1}));
  QueuedRequest refused = RequestOf(2, {1});

  EXPECT_THAT(batcher_->Submit(std::move(refused)),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("queue is full")));
  EXPECT_TRUE(refused.done != nullptr);
}

TEST_F(DynamicBatcherTest, DropsWhatExpiredInTheQueue) {
  Start({.max_batch_size = 8});
  QueuedRequest request = RequestOf(1, {1});
  request.deadline = clock_.Now() + 5ms;
  ASSERT_OK(batcher_->Submit(std::move(request)));
  clock_.Advance(5ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("5000 us")));
  EXPECT_THAT(engine_->batch_sizes(), IsEmpty());
  EXPECT_EQ(FailuresFor("REJECTED"), 1U);
}

TEST_F(DynamicBatcherTest, DropsWhatWaitedLongerThanTheQueueTimeout) {
  Start({.max_batch_size = 8, .queue_timeout = 3ms});
  ASSERT_OK(Submit(1, {1}));
  clock_.Advance(3ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("3000 us")));
}

TEST_F(DynamicBatcherTest, DropsWhatItsCallerGaveUp) {
  Start({.max_batch_size = 8});
  std::stop_source caller;
  QueuedRequest request = RequestOf(1, {1});
  request.cancelled = caller.get_token();
  ASSERT_OK(batcher_->Submit(std::move(request)));
  ASSERT_OK(Submit(2, {2}));
  caller.request_stop();

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kCancelled, HasSubstr("gave up")));
  EXPECT_THAT(ElementsOf(2), ElementsAre(2));
  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1));
}

TEST_F(DynamicBatcherTest, JoinsWhatCameWhileTheInstanceWasBusy) {
  Start({.max_batch_size = 8});
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(Submit(2, {2}));
  ASSERT_OK(Submit(3, {3}));
  batcher_->RunOnThisThread();
  EXPECT_THAT(answers_.numbers(), IsEmpty());

  engine_->ReleaseRuns();

  answers_.Await(3);
  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 2));
}

TEST_F(DynamicBatcherTest, LetsWhatFoundNoIdleInstanceWaitForCompany) {
  Start({.max_batch_size = 8, .max_queue_delay = 2ms});
  std::jthread caller = OccupyInstance(1);
  ASSERT_OK(Submit(2, {2}));
  engine_->ReleaseRuns();
  caller.join();

  batcher_->RunOnThisThread();
  EXPECT_THAT(answers_.numbers(), ElementsAre(1));
  ASSERT_OK(Submit(3, {3}));
  clock_.Advance(2ms);

  // An instance's thread has set itself a timer.
  answers_.Await(3);
  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 2));
}

TEST_F(DynamicBatcherTest, WaitsForNoMoreThanAPreferredSize) {
  Start({.max_batch_size = 8, .preferred_batch_sizes = {2, 4}, .max_queue_delay = 1h});
  std::jthread caller = OccupyInstance(1);
  for (int i = 2; i <= 4; ++i) ASSERT_OK(Submit(i, {1}));

  engine_->ReleaseRuns();

  answers_.Await(3);
  caller.join();
  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 2));
}

TEST_F(DynamicBatcherTest, DoesNotWaitPastADeadline) {
  Start({.max_batch_size = 8, .max_queue_delay = 1h});
  std::jthread caller = OccupyInstance(1);
  QueuedRequest request = RequestOf(2, {2});
  request.deadline = clock_.Now() + 5ms;
  ASSERT_OK(batcher_->Submit(std::move(request)));

  engine_->ReleaseRuns();

  answers_.Await(2);
  EXPECT_THAT(ElementsOf(2), ElementsAre(2));
}

TEST_F(DynamicBatcherTest, LeavesAllToItsThreadsWithoutAnInlineLimit) {
  Start({.max_batch_size = 8, .inline_limit = 0us});
  ASSERT_OK(Submit(1, {1}));

  batcher_->RunOnThisThread();

  answers_.Await(1);
  EXPECT_NE(answers_.threads().front(), std::this_thread::get_id());
}

TEST_F(DynamicBatcherTest, LeavesSlowModelsToItsThreads) {
  FakeModel model = runtime::FakeIdentity(1);
  model.compute = [this, identity = model.compute](std::span<const TensorView> inputs) {
    clock_.Advance(20ms);
    return identity(inputs);
  };
  Start({.max_batch_size = 8}, model);
  ASSERT_OK(Submit(1, {1}));
  batcher_->RunOnThisThread();

  ASSERT_OK(Submit(2, {2}));
  batcher_->RunOnThisThread();

  answers_.Await(2);
  EXPECT_EQ(answers_.threads()[0], std::this_thread::get_id());
  EXPECT_NE(answers_.threads()[1], std::this_thread::get_id());
}

TEST_F(DynamicBatcherTest, RunsAsManyBatchesAtOnceAsItHasInstances) {
  Start({.max_batch_size = 1, .instance_count = 2, .inline_limit = 0us});
  engine_->HoldRuns();
  ASSERT_OK(Submit(1, {1}));
  ASSERT_OK(Submit(2, {2}));

  batcher_->RunOnThisThread();

  engine_->AwaitHeldRuns(2);
  engine_->ReleaseRuns();
  answers_.Await(2);
}

TEST_F(DynamicBatcherTest, RunsTheRequestsOfAFailedBatchAlone) {
  Start({.max_batch_size = 8}, FailsOnNegative());
  ASSERT_OK(Submit(1, {1}));
  ASSERT_OK(Submit(2, {-1}));
  ASSERT_OK(Submit(3, {3}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(3, 1, 1, 1));
  EXPECT_THAT(ElementsOf(1), ElementsAre(1));
  EXPECT_THAT(answers_.of(2), FailsWith(ErrorCode::kInternal, HasSubstr("negative")));
  EXPECT_THAT(ElementsOf(3), ElementsAre(3));
  EXPECT_EQ(CountOf("nv_inference_request_success"), 2U);
  EXPECT_EQ(FailuresFor("BACKEND"), 1U);
}

TEST_F(DynamicBatcherTest, RunsRequestsAloneWhenTheModelMixesTheirRows) {
  Start({.max_batch_size = 8}, SumsRows());
  ASSERT_OK(Submit(1, {1, 2}));
  ASSERT_OK(Submit(2, {3}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(ElementsOf(1), ElementsAre(3));
  EXPECT_THAT(ElementsOf(2), ElementsAre(3));
}

TEST_F(DynamicBatcherTest, AnswersAllItAcceptedBeforeItCloses) {
  Start({.max_batch_size = 2, .max_queue_delay = 1h});
  for (int i = 1; i <= 5; ++i) ASSERT_OK(Submit(i, {1}));

  batcher_->Close();

  EXPECT_THAT(answers_.numbers(), SizeIs(5));
  EXPECT_THAT(Submit(6, {1}), FailsWith(ErrorCode::kUnavailable, HasSubstr("unloaded")));
}

TEST_F(DynamicBatcherTest, ShowsItsQueueAndCountsItsCalls) {
  Start({.max_batch_size = 8});
  ASSERT_OK(Submit(1, {1, 2}));
  ASSERT_OK(Submit(2, {3}));
  metrics::Gauge& pending = registry_.GetGauge("nv_inference_pending_request_count", "", kLabels);
  EXPECT_EQ(pending.value(), 2);
  clock_.Advance(10us);

  batcher_->RunOnThisThread();

  EXPECT_EQ(pending.value(), 0);
  EXPECT_EQ(CountOf("nv_inference_count"), 3U);
  EXPECT_EQ(CountOf("nv_inference_exec_count"), 1U);
  EXPECT_EQ(CountOf("nv_inference_queue_duration_us"), 20U);
}

}  // namespace
}  // namespace slipway::serving
