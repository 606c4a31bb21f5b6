// SPDX-License-Identifier: Apache-2.0
/// What a `DynamicBatcher` does with requests whose time is bounded.

#include "slipway/serving/dynamic_batcher.h"
#include "slipway/serving/testing/batcher_fixture.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DynamicBatcherDeadlineTest : public BatcherFixture {
 protected:
  Status SubmitWithDeadline(int number, std::chrono::nanoseconds after) {
    QueuedRequest request = RequestOf(number, {1});
    request.deadline = clock_.Now() + after;
    return batcher_->Submit(std::move(request));
  }
  Status SubmitWithTimeout(int number, std::chrono::microseconds timeout) {
    QueuedRequest request = RequestOf(number, {1});
    request.timeout = timeout;
    return batcher_->Submit(std::move(request));
  }
  /// Lets the batcher see enough runs to know how long they take.
  void RunOften(int runs) {
    for (int i = 0; i < runs; ++i) {
      ASSERT_OK(Submit(-1, {1}));
      batcher_->RunOnThisThread();
    }
  }
};

TEST_F(DynamicBatcherDeadlineTest, DropsWhatExpiredInTheQueue) {
  Start({.max_batch_size = 8});
  ASSERT_OK(SubmitWithDeadline(1, 5ms));
  clock_.Advance(5ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("5000 us")));
  EXPECT_THAT(engine_->batch_sizes(), IsEmpty());
  EXPECT_EQ(FailuresFor("REJECTED"), 1U);
}

TEST_F(DynamicBatcherDeadlineTest, AnswersWhatExpiresWhileEveryInstanceIsBusy) {
  Start({.max_batch_size = 8});
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(SubmitWithDeadline(2, 5ms));
  ASSERT_OK(Submit(3, {3}));
  batcher_->RunOnThisThread();
  clock_.Advance(5ms);

  answers_.Await(1);

  EXPECT_THAT(answers_.numbers(), ElementsAre(2));
  EXPECT_THAT(answers_.of(2), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("5000 us")));
  engine_->ReleaseRuns();
  answers_.Await(3);
}

TEST_F(DynamicBatcherDeadlineTest, WatchesTheSoonestDeadlineThoughItCameLast) {
  Start({.max_batch_size = 8});
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(SubmitWithDeadline(2, 1h));
  batcher_->RunOnThisThread();
  ASSERT_OK(SubmitWithDeadline(3, 1ms));
  batcher_->RunOnThisThread();
  clock_.Advance(1ms);

  answers_.Await(1);

  EXPECT_THAT(answers_.numbers(), ElementsAre(3));
  engine_->ReleaseRuns();
  answers_.Await(3);
}

TEST_F(DynamicBatcherDeadlineTest, DropsWhatWaitedLongerThanTheTimeoutOfTheQueue) {
  Start({.max_batch_size = 8, .queue_policy = {.timeout = 3ms}});
  ASSERT_OK(Submit(1, {1}));
  clock_.Advance(3ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("3000 us")));
}

TEST_F(DynamicBatcherDeadlineTest, LetsARequestShortenTheTimeoutButNotLengthenIt) {
  Start({.max_batch_size = 8, .queue_policy = {.timeout = 3ms, .allow_timeout_override = true}});
  ASSERT_OK(SubmitWithTimeout(1, 1ms));
  ASSERT_OK(SubmitWithTimeout(2, 9ms));
  clock_.Advance(1ms);
  batcher_->RunOnThisThread();
  ASSERT_OK(SubmitWithTimeout(3, 9ms));
  clock_.Advance(3ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("1000 us")));
  EXPECT_THAT(ElementsOf(2), ElementsAre(1));
  EXPECT_THAT(answers_.of(3), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("3000 us")));
}

TEST_F(DynamicBatcherDeadlineTest, IgnoresTheTimeoutOfARequestWherePolicySaysNothingOfIt) {
  Start({.max_batch_size = 8});
  ASSERT_OK(SubmitWithTimeout(1, 1us));
  clock_.Advance(1ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(ElementsOf(1), ElementsAre(1));
}

TEST_F(DynamicBatcherDeadlineTest, RunsDelayedRequestsBehindThoseInTime) {
  Start({.max_batch_size = 1,
         .queue_policy = {.timeout = 3ms, .timeout_action = TimeoutAction::kDelay}});
  ASSERT_OK(Submit(1, {1}));
  clock_.Advance(3ms);
  ASSERT_OK(Submit(2, {2}));

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.numbers(), ElementsAre(2, 1));
  EXPECT_THAT(ElementsOf(1), ElementsAre(1));
}

TEST_F(DynamicBatcherDeadlineTest, DropsADelayedRequestAtItsOwnDeadline) {
  Start({.max_batch_size = 8,
         .queue_policy = {.timeout = 1ms, .timeout_action = TimeoutAction::kDelay}});
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(SubmitWithDeadline(2, 5ms));
  batcher_->RunOnThisThread();
  clock_.Advance(5ms);

  answers_.Await(1);

  EXPECT_THAT(answers_.of(2), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("5000 us")));
  engine_->ReleaseRuns();
  answers_.Await(2);
}

TEST_F(DynamicBatcherDeadlineTest, DoesNotWaitForCompanyPastADeadline) {
  Start({.max_batch_size = 8, .max_queue_delay = 1h});
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(Submit(2, {2}));
  ASSERT_OK(SubmitWithDeadline(3, 5ms));

  engine_->ReleaseRuns();

  answers_.Await(3);
  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 2));
}

TEST_F(DynamicBatcherDeadlineTest, RefusesAtOnceWhatCannotBeAnsweredInTime) {
  Start({.max_batch_size = 1, .inline_limit = 1h}, Takes(100ms));
  RunOften(50);
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(SubmitWithDeadline(2, 1h));

  EXPECT_THAT(SubmitWithDeadline(3, 250ms),
              FailsWith(ErrorCode::kResourceExhausted,
                        AllOf(HasSubstr("no answer before the deadline"), HasSubstr("250000 us"))));
  ASSERT_OK(SubmitWithDeadline(4, 350ms));
  engine_->ReleaseRuns();
}

TEST_F(DynamicBatcherDeadlineTest, RefusesNothingWhileAnInstanceIsIdle) {
  Start({.max_batch_size = 1, .inline_limit = 1h}, Takes(100ms));
  RunOften(50);

  ASSERT_OK(SubmitWithDeadline(1, 1ms));
  batcher_->RunOnThisThread();

  EXPECT_THAT(ElementsOf(1), ElementsAre(1));
}

TEST_F(DynamicBatcherDeadlineTest, PrefersWhatCanStillBeAnsweredInTime) {
  Start({.max_batch_size = 1, .inline_limit = 1h}, Takes(100ms));
  RunOften(50);
  ASSERT_OK(SubmitWithDeadline(1, 50ms));
  ASSERT_OK(SubmitWithDeadline(2, 150ms));

  batcher_->RunOnThisThread();

  EXPECT_THAT(ElementsOf(2), ElementsAre(1));
  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("100000 us")));
}

TEST_F(DynamicBatcherDeadlineTest, SaysHowLongAFullQueueTakesToEmpty) {
  Start({.max_batch_size = 1, .max_queue_requests = 2, .inline_limit = 1h}, Takes(100ms));
  RunOften(200);
  const std::jthread caller = OccupyInstance(1);
  ASSERT_OK(Submit(2, {1}));
  ASSERT_OK(Submit(3, {1}));

  const Status refused = Submit(4, {1});

  EXPECT_THAT(refused, FailsWith(ErrorCode::kResourceExhausted,
                                 AllOf(HasSubstr("2 requests wait, at most 2 may"),
                                       HasSubstr("about 299"))));
  engine_->ReleaseRuns();
}

TEST_F(DynamicBatcherDeadlineTest, MakesRoomInAFullQueueWhereCallersHaveGone) {
  Start({.max_batch_size = 8, .max_queue_requests = 1});
  const std::jthread caller = OccupyInstance(1);
  std::stop_source gone;
  QueuedRequest cancelled = RequestOf(2, {1});
  cancelled.cancelled = gone.get_token();
  ASSERT_OK(batcher_->Submit(std::move(cancelled)));
  gone.request_stop();
  ASSERT_FALSE(Submit(3, {1}).has_value());

  answers_.Await(1);

  EXPECT_THAT(answers_.of(2), FailsWith(ErrorCode::kCancelled, HasSubstr("gave up")));
  ASSERT_OK(Submit(4, {1}));
  engine_->ReleaseRuns();
  answers_.Await(3);
}

}  // namespace
}  // namespace slipway::serving
