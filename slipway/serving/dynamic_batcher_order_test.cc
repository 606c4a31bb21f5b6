// SPDX-License-Identifier: Apache-2.0
/// What a `DynamicBatcher` that preserves the order of requests does.

#include "slipway/serving/dynamic_batcher.h"
#include "slipway/serving/testing/batcher_fixture.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""ms;
using ::testing::ElementsAre;

class DynamicBatcherOrderTest : public BatcherFixture {
 protected:
  /// y = x, where a run of 1 returns only once one of 2 has.
  runtime::FakeModel FirstWaitsForSecond() {
    runtime::FakeModel model = runtime::FakeIdentity(1);
    model.compute = [this, identity = model.compute](std::span<const TensorView> inputs) {
      const bool is_first = inputs[0].elements<float>()[0] == 1;
      if (is_first) second_ran_.wait(false);
      auto outputs = identity(inputs);
      if (!is_first) {
        second_ran_ = true;
        second_ran_.notify_all();
      }
      return outputs;
    };
    return model;
  }

  std::atomic<bool> second_ran_ = false;
};

TEST_F(DynamicBatcherOrderTest, AnswersInTheOrderOfArrivalThoughALaterOneIsDoneFirst) {
  Start({.max_batch_size = 1, .preserve_ordering = true, .instance_count = 2},
        FirstWaitsForSecond());
  ASSERT_OK(Submit(1, {1}));
  ASSERT_OK(Submit(2, {2}));

  batcher_->Close();

  EXPECT_THAT(answers_.numbers(), ElementsAre(1, 2));
  EXPECT_THAT(ElementsOf(2), ElementsAre(2));
}

TEST_F(DynamicBatcherOrderTest, LetsNobodyWaitForOneThatWasDropped) {
  Start({.max_batch_size = 1, .preserve_ordering = true});
  QueuedRequest expiring = RequestOf(1, {1});
  expiring.deadline = clock_.Now() + 1ms;
  ASSERT_OK(batcher_->Submit(std::move(expiring)));
  ASSERT_OK(Submit(2, {2}));
  clock_.Advance(1ms);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.numbers(), ElementsAre(1, 2));
  EXPECT_THAT(ElementsOf(2), ElementsAre(2));
}

}  // namespace
}  // namespace slipway::serving
