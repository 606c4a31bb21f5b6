// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/loader_threads.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace slipway::serving {
namespace {

using ::testing::ElementsAre;

const ModelName kA = *ModelName::Parse("a");
const ModelName kB = *ModelName::Parse("b");

TEST(LoaderThreadsTest, DoesTheWorkOfOneModelInOrder) {
  ASSERT_OK_AND_ASSIGN(const auto threads, LoaderThreads::Create(4));
  std::vector<int> done;

  for (int i = 0; i < 5; ++i) EXPECT_TRUE(threads->Post(kA, [&, i] { done.push_back(i); }));
  threads->AwaitIdle();

  EXPECT_THAT(done, ElementsAre(0, 1, 2, 3, 4));
}

TEST(LoaderThreadsTest, DoesTheWorkOfSeveralModelsAtOnce) {
  ASSERT_OK_AND_ASSIGN(const auto threads, LoaderThreads::Create(2));
  std::latch both(2);

  // Each waits for the other.
  threads->Post(kA, [&] { both.arrive_and_wait(); });
  threads->Post(kB, [&] { both.arrive_and_wait(); });

  threads->AwaitIdle();
}

TEST(LoaderThreadsTest, LetsWorkPostWork) {
  ASSERT_OK_AND_ASSIGN(const auto threads, LoaderThreads::Create(1));
  std::atomic<bool> is_done = false;

  threads->Post(kA, [&] { threads->Post(kA, [&] { is_done = true; }); });
  threads->AwaitIdle();

  EXPECT_TRUE(is_done);
}

TEST(LoaderThreadsTest, DoesWhatWasPostedBeforeItStops) {
  ASSERT_OK_AND_ASSIGN(const auto threads, LoaderThreads::Create(1));
  std::atomic<int> done = 0;
  for (int i = 0; i < 3; ++i) threads->Post(kA, [&] { ++done; });

  threads->Stop();

  EXPECT_EQ(done, 3);
  EXPECT_FALSE(threads->Post(kA, [&] { ++done; }));
}

}  // namespace
}  // namespace slipway::serving
