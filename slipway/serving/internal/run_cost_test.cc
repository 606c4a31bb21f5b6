// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/run_cost.h"

#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""us;

/// Calls with 1 to `most` rows that take `fixed` and `each` for every row.
RunCost CostOf(std::int64_t most, std::chrono::microseconds fixed, std::chrono::microseconds each) {
  RunCost cost;
  for (int round = 0; round < 4; ++round) {
    for (std::int64_t rows = 1; rows <= most; ++rows) cost.Observe(rows, fixed + rows * each);
  }
  return cost;
}

TEST(RunCostTest, AllowsMoreRowsUntilCallsDiffer) {
  RunCost cost;
  const std::int64_t first = cost.WorthwhileRows();
  EXPECT_GT(first, 1);
  for (int i = 0; i < 100; ++i) cost.Observe(8, 500us);
  EXPECT_EQ(cost.WorthwhileRows(), first);

  cost = CostOf(64, 3'200us, 1'000us);
  const std::int64_t known = cost.WorthwhileRows();
  for (int i = 0; i < 1000; ++i) cost.Observe(known, 3'200us + known * 1'000us);

  EXPECT_EQ(cost.WorthwhileRows(), 2 * known);
}

TEST(RunCostTest, IsWhereTheFixedPartNoLongerCounts) {
  // 3.2 ms of 32 times as much: from 100 rows of 1 ms on.
  EXPECT_NEAR(static_cast<double>(CostOf(64, 3'200us, 1'000us).WorthwhileRows()), 102, 2);
  EXPECT_GT(CostOf(64, 50'000us, 1us).WorthwhileRows(), 1'000'000);
}

TEST(RunCostTest, LeavesShortCallsWhole) {
  EXPECT_NEAR(static_cast<double>(CostOf(32, 0us, 50us).WorthwhileRows()), 16, 1);
}

TEST(RunCostTest, NeverCutsToNothing) { EXPECT_EQ(CostOf(32, 0us, 900'000us).WorthwhileRows(), 1); }

TEST(RunCostTest, ForgetsWhatCallsCostLongAgo) {
  RunCost cost = CostOf(64, 3'200us, 1'000us);
  for (int round = 0; round < 100; ++round) {
    for (std::int64_t rows = 1; rows <= 16; ++rows) cost.Observe(rows, rows * 100us);
  }
  EXPECT_NEAR(static_cast<double>(cost.WorthwhileRows()), 8, 1);
}

TEST(RunCostTest, SetsNoLimitWhereMoreRowsTakeNoLonger) {
  RunCost cost;
  for (std::int64_t rows = 1; rows <= 64; ++rows) cost.Observe(rows, 700us);
  EXPECT_GT(cost.WorthwhileRows(), 1'000'000'000);
}

}  // namespace
}  // namespace slipway::serving
