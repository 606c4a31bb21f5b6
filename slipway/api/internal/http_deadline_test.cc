// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_deadline.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kBegin = SteadyTime(1h);

TEST(TransferDeadlineTest, PassesWhenNothingComes) {
  TransferDeadline deadline;
  deadline.Begin(kBegin);

  EXPECT_FALSE(deadline.Passed(kBegin + 10s, 10s));
  EXPECT_TRUE(deadline.Passed(kBegin + 10'001ms, 10s));
}

TEST(TransferDeadlineTest, MovesWithEachByteOfAFastTransfer) {
  TransferDeadline deadline;
  deadline.Begin(kBegin);
  deadline.Progress(kBegin + 9s, 1 << 20);

  EXPECT_FALSE(deadline.Passed(kBegin + 18s, 10s));
  EXPECT_TRUE(deadline.Passed(kBegin + 20s, 10s));
}

TEST(TransferDeadlineTest, PassesForATrickleThatNeverPauses) {
  TransferDeadline deadline;
  deadline.Begin(kBegin);
  for (int second = 1; second <= 11; ++second) {
    deadline.Progress(kBegin + std::chrono::seconds(second), 1);
  }

  EXPECT_TRUE(deadline.Passed(kBegin + 11s, 10s));
}

}  // namespace
}  // namespace slipway::api
