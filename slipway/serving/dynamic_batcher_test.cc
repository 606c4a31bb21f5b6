// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/dynamic_batcher.h"

#include "slipway/serving/testing/batcher_fixture.h"

#include <gmock/gmock.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using runtime::FakeModel;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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

class DynamicBatcherTest : public BatcherFixture {};

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

/// y = x, on float32 of shape [-1,-1].
FakeModel IdentityOfAnyWidth() {
  FakeModel model = runtime::FakeIdentity(1);
  model.inputs[0].shape[1] = -1;
  return model;
}

TEST_F(DynamicBatcherTest, FillsABatchBehindAnOddShapeThatWaitsForCompany) {
  Start({.max_batch_size = 2, .max_queue_delay = 1h}, IdentityOfAnyWidth());
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(batcher_->Submit(RequestOf(2, {1, 2, 3}, Shape({1, 3}))));
  ASSERT_OK(Submit(3, {3}));
  ASSERT_OK(Submit(4, {4}));

  engine_->ReleaseRuns();

  answers_.Await(3);
  EXPECT_THAT(answers_.numbers(), ElementsAre(1, 3, 4));
  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 2));
}

TEST_F(DynamicBatcherTest, RunsEachShapeByItselfOldestFirst) {
  Start({.max_batch_size = 8}, IdentityOfAnyWidth());
  ASSERT_OK(batcher_->Submit(RequestOf(1, {1, 2, 3}, Shape({1, 3}))));
  ASSERT_OK(Submit(2, {2}));
  ASSERT_OK(batcher_->Submit(RequestOf(3, {4, 5, 6}, Shape({1, 3}))));
  ASSERT_OK(Submit(4, {4}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.numbers(), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(ElementsOf(3), ElementsAre(4, 5, 6));
  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(2, 2));
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

TEST_F(DynamicBatcherTest, LeavesAllToItsThreadsWithoutAnInlineLimit) {
  Start({.max_batch_size = 8, .inline_limit = 0us});
  ASSERT_OK(Submit(1, {1}));

  batcher_->RunOnThisThread();

  answers_.Await(1);
  EXPECT_NE(answers_.threads().front(), std::this_thread::get_id());
}

TEST_F(DynamicBatcherTest, LeavesSlowModelsToItsThreads) {
  Start({.max_batch_size = 8}, Takes(20ms));
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

TEST_F(DynamicBatcherTest, KeepsInstanceThreadsOnTheirCores) {
  ::cpu_set_t allowed = {};
  ASSERT_EQ(::sched_getaffinity(0, sizeof(allowed), &allowed), 0);
  int core = 0;
  while (!CPU_ISSET(static_cast<std::size_t>(core), &allowed)) ++core;
  ::cpu_set_t seen = {};
  FakeModel model = runtime::FakeIdentity(1);
  model.compute = [&seen, identity = model.compute](std::span<const TensorView> inputs) {
    EXPECT_EQ(::sched_getaffinity(0, sizeof(seen), &seen), 0);
    return identity(inputs);
  };
  Start({.max_batch_size = 8, .thread_cores = {{core}}, .inline_limit = 0us}, model);
  ASSERT_OK(Submit(1, {1}));

  batcher_->RunOnThisThread();

  answers_.Await(1);
  EXPECT_EQ(CPU_COUNT(&seen), 1);
  EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(core), &seen));
}

TEST_F(DynamicBatcherTest, RefusesCoresThatAreNotThere) {
  engine_ = std::make_unique<runtime::FakeEngine>(runtime::FakeIdentity(1));
  session_ = engine_->NewSession();

  EXPECT_THAT(DynamicBatcher::Create({.thread_cores = {{1023}}},
                                     {.session = *session_, .clock = clock_, .metrics = metrics_}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("cores 1023")));
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
  metrics::Gauge& pending = registry_.GetGauge("nv_inference_pending_request_count", "", labels());
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
