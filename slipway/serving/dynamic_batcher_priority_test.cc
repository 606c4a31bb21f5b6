// SPDX-License-Identifier: Apache-2.0
/// How a `DynamicBatcher` treats requests of different priorities.

#include "slipway/serving/dynamic_batcher.h"
#include "slipway/serving/testing/batcher_fixture.h"

#include <gmock/gmock.h>

#include <chrono>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""ms;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DynamicBatcherPriorityTest : public BatcherFixture {
 protected:
  Status SubmitWithPriority(int number, std::uint64_t priority) {
    QueuedRequest request = RequestOf(number, {1});
    request.priority = priority;
    return batcher_->Submit(std::move(request));
  }
};

TEST_F(DynamicBatcherPriorityTest, RunsHigherPrioritiesFirst) {
  Start({.max_batch_size = 1, .priority_levels = {{}, {}, {}}, .default_priority = 2});
  ASSERT_OK(SubmitWithPriority(1, 3));
  ASSERT_OK(SubmitWithPriority(2, 0));
  ASSERT_OK(SubmitWithPriority(3, 1));
  ASSERT_OK(SubmitWithPriority(4, 1));

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.numbers(), ElementsAre(3, 4, 2, 1));
}

TEST_F(DynamicBatcherPriorityTest, FillsABatchWithLowerPriorities) {
  Start({.max_batch_size = 3, .priority_levels = {{}, {}}});
  ASSERT_OK(SubmitWithPriority(1, 2));
  ASSERT_OK(SubmitWithPriority(2, 2));
  ASSERT_OK(SubmitWithPriority(3, 1));
  ASSERT_OK(SubmitWithPriority(4, 1));

  batcher_->RunOnThisThread();

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(3, 1));
  EXPECT_THAT(answers_.numbers(), ElementsAre(3, 4, 1, 2));
}

TEST_F(DynamicBatcherPriorityTest, RefusesAPriorityThatTheModelHasNot) {
  Start({.max_batch_size = 1, .priority_levels = {{}, {}}});

  EXPECT_THAT(SubmitWithPriority(1, 3),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("priority is 3: want 1")));
}

TEST_F(DynamicBatcherPriorityTest, IgnoresPrioritiesOfAModelThatHasNone) {
  Start({.max_batch_size = 1});
  ASSERT_OK(SubmitWithPriority(1, 7));

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.numbers(), ElementsAre(1));
}

TEST_F(DynamicBatcherPriorityTest, BoundsTheQueueOfEachLevelByItself) {
  Start({.max_batch_size = 1,
         .priority_levels = {{}, {.max_queue_size = 1}},
         .max_queue_requests = 2});
  ASSERT_OK(SubmitWithPriority(1, 2));

  EXPECT_THAT(SubmitWithPriority(2, 2),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1 requests wait, at most 1")));
  ASSERT_OK(SubmitWithPriority(3, 1));
  ASSERT_OK(SubmitWithPriority(4, 1));
  EXPECT_THAT(SubmitWithPriority(5, 1),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("2 requests wait, at most 2")));
}

TEST_F(DynamicBatcherPriorityTest, AppliesThePolicyOfTheLevel) {
  Start({.max_batch_size = 1, .priority_levels = {{.timeout = 1ms}, {.timeout = 5ms}}});
  ASSERT_OK(SubmitWithPriority(1, 1));
  ASSERT_OK(SubmitWithPriority(2, 2));
  clock_.Advance(1ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("1000 us")));
  EXPECT_THAT(ElementsOf(2), ElementsAre(1));
}

TEST_F(DynamicBatcherPriorityTest, RunsDelayedRequestsBeforeLowerPriorities) {
  const QueuePolicy delay = {.timeout = 1ms, .timeout_action = TimeoutAction::kDelay};
  Start({.max_batch_size = 1, .priority_levels = {delay, {}}});
  ASSERT_OK(SubmitWithPriority(1, 1));
  clock_.Advance(1ms);
  ASSERT_OK(SubmitWithPriority(2, 2));
  ASSERT_OK(SubmitWithPriority(3, 1));

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.numbers(), ElementsAre(3, 1, 2));
}

}  // namespace
}  // namespace slipway::serving
