// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http2_flood.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kBegin = SteadyTime(1h);

int FramesUntilRefused(Http2FrameBudget& budget, SteadyTime now) {
  int frames = 0;
  while (frames < 1'000'000 && budget.Spend(1, now)) ++frames;
  return frames;
}

TEST(Http2FrameBudgetTest, EndsAFlood) {
  Http2FrameBudget budget(kBegin);

  EXPECT_EQ(FramesUntilRefused(budget, kBegin), 10'000);
}

TEST(Http2FrameBudgetTest, AllowsASteadyStreamOfPings) {
  Http2FrameBudget budget(kBegin);

  for (int tick = 0; tick < 100'000; ++tick) {
    ASSERT_TRUE(budget.Spend(1, kBegin + tick * 1ms)) << tick;
  }
}

TEST(Http2FrameBudgetTest, IsEarnedByRequestsAndData) {
  Http2FrameBudget budget(kBegin);

  for (int request = 0; request < 100'000; ++request) {
    budget.EarnRequest();
    budget.EarnData();
    ASSERT_TRUE(budget.Spend(6, kBegin)) << request;
  }
}

TEST(Http2FrameBudgetTest, DoesNotSaveUpForEver) {
  Http2FrameBudget budget(kBegin);

  EXPECT_TRUE(budget.Spend(1, kBegin + 24h));
  EXPECT_LE(FramesUntilRefused(budget, kBegin + 24h), 2 * 10'000);
}

}  // namespace
}  // namespace slipway::api
