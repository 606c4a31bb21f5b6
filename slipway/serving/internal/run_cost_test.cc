// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/run_cost.h"

#include <gtest/gtest.h>

#include <limits>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""us;

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

/// Calls with 1 to `most` rows that take `fixed` and `each` for every row.
RunCost CostOf(std::int64_t most, std::chrono::microseconds fixed, std::chrono::microseconds each) {
  RunCost cost;
  for (int round = 0; round < 4; ++round) {
    for (std::int64_t rows = 1; rows <= most; ++rows) cost.Observe(rows, fixed + rows * each);
  }
  return cost;
}

TEST(RunCostTest, KnowsNoLimitBeforeCallsDiffer) {
  RunCost cost;
  EXPECT_EQ(cost.WorthwhileRows(), kNoLimit);
  for (int i = 0; i < 100; ++i) cost.Observe(8, 500us);
  EXPECT_EQ(cost.WorthwhileRows(), kNoLimit);
}

TEST(RunCostTest, IsWhereTheFixedPartNoLongerCounts) {
  // 3.2 ms of 32 times as much: from 100 rows of 1 ms on.
  EXPECT_NEAR(static_cast<double>(CostOf(64, 3'200us, 1'000us).WorthwhileRows()), 102, 2);
  EXPECT_GT(CostOf(64, 50'000us, 1us).WorthwhileRows(), 1'000'000);
}

TEST(RunCostTest, LeavesShortCallsWhole) {
  EXPECT_NEAR(static_cast<double>(CostOf(32, 0us, 50us).WorthwhileRows()), 10, 1);
}

TEST(RunCostTest, NeverCutsToNothing) { EXPECT_EQ(CostOf(32, 0us, 900'000us).WorthwhileRows(), 1); }

TEST(RunCostTest, ForgetsWhatCallsCostLongAgo) {
  RunCost cost = CostOf(64, 3'200us, 1'000us);
  for (int round = 0; round < 100; ++round) {
    for (std::int64_t rows = 1; rows <= 16; ++rows) cost.Observe(rows, rows * 100us);
  }
  EXPECT_NEAR(static_cast<double>(cost.WorthwhileRows()), 5, 1);
}

TEST(RunCostTest, KnowsNoLimitWhereMoreRowsTakeNoLonger) {
  RunCost cost;
  for (std::int64_t rows = 1; rows <= 64; ++rows) cost.Observe(rows, 700us);
  EXPECT_EQ(cost.WorthwhileRows(), kNoLimit);
}

}  // namespace
}  // namespace slipway::serving
