// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_deadline.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart = SteadyTime(1h);

TEST(TransferDeadlineTest, PassesWhenNothingComes) {
  TransferDeadline deadline;
  deadline.Begin(kStart);

  EXPECT_FALSE(deadline.Passed(kStart + 10s, 10s));
  EXPECT_TRUE(deadline.Passed(kStart + 10'001ms, 10s));
}

TEST(TransferDeadlineTest, MovesWithEachByteOfAFastTransfer) {
  TransferDeadline deadline;
  deadline.Begin(kStart);
  deadline.Progress(kStart + 9s, 1 << 20);

  EXPECT_FALSE(deadline.Passed(kStart + 18s, 10s));
  EXPECT_TRUE(deadline.Passed(kStart + 20s, 10s));
}

TEST(TransferDeadlineTest, PassesForATrickleThatNeverPauses) {
  TransferDeadline deadline;
  deadline.Begin(kStart);
  for (int second = 1; second <= 11; ++second) {
    deadline.Progress(kStart + std::chrono::seconds(second), 1);
  }

  EXPECT_TRUE(deadline.Passed(kStart + 11s, 10s));
}

}  // namespace
}  // namespace slipway::api
