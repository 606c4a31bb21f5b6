// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/testing/batcher_fixture.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using ::testing::Each;
using ::testing::ElementsAre;

/// What the batcher makes of how long engine calls take.
class DynamicBatcherCostTest : public BatcherFixture {};

TEST_F(DynamicBatcherCostTest, LeavesTheRestToTheCallerWhereThereIsOneCore) {
  Start({.max_batch_size = 1, .inline_limit = 1ms, .has_one_core = true}, Takes(0us, 900us));
  for (int i = 1; i <= 4; ++i) ASSERT_OK(Submit(i, {1}));

  EXPECT_EQ(batcher_->RunOnThisThread(), WorkLeft::kHere);
  EXPECT_LT(answers_.numbers().size(), 4U);
  while (batcher_->RunOnThisThread() == WorkLeft::kHere) {
  }

  EXPECT_THAT(answers_.numbers(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(answers_.threads(), Each(std::this_thread::get_id()));
  EXPECT_EQ(batcher_->RunOnThisThread(), WorkLeft::kNone);
}

TEST_F(DynamicBatcherCostTest, SaysWhenOthersRunWhatIsLeft) {
  Start({.max_batch_size = 1});
  const std::jthread caller = OccupyInstance(1);

  EXPECT_EQ(batcher_->RunOnThisThread(), WorkLeft::kElsewhere);

  engine_->ReleaseRuns();
}

TEST_F(DynamicBatcherCostTest, CutsBatchesWhereMoreRowsGainNothing) {
  Start({.max_batch_size = 8, .inline_limit = 1h}, Takes(0us, 600us));
  for (const int rows : {1, 3, 4}) {
    for (int i = 0; i < rows; ++i) ASSERT_OK(Submit(rows, {1}));
    batcher_->RunOnThisThread();
  }

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 3, 1, 1, 1, 1));
}

TEST_F(DynamicBatcherCostTest, KeepsBatchesWholeWhereTheCallItselfCosts) {
  Start({.max_batch_size = 8, .inline_limit = 1h}, Takes(10ms, 600us));
  for (const int rows : {1, 3, 4}) {
    for (int i = 0; i < rows; ++i) ASSERT_OK(Submit(rows, {1}));
    batcher_->RunOnThisThread();
  }

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 3, 4));
}

TEST_F(DynamicBatcherCostTest, KeepsSizesThatAreAskedFor) {
  Start({.max_batch_size = 8, .preferred_batch_sizes = {4}, .inline_limit = 1h}, Takes(0us, 600us));
  for (const int rows : {1, 3, 4}) {
    for (int i = 0; i < rows; ++i) ASSERT_OK(Submit(rows, {1}));
    batcher_->RunOnThisThread();
  }

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(1, 3, 4));
}

}  // namespace
}  // namespace slipway::serving
