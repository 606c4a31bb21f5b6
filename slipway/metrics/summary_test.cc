// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/summary.h"

#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>

namespace slipway::metrics {
namespace {

using std::chrono_literals::operator""s;

constexpr std::size_t kMedian = 0;
constexpr std::size_t kP99 = 3;

TEST(SummaryTest, HasNoQuantilesBeforeTheFirstValue) {
  const FakeClock clock;
  const Summary summary(clock);

  const Summary::Reading reading = summary.Read();

  EXPECT_EQ(reading.count, 0U);
  EXPECT_TRUE(std::isnan(reading.quantiles[kMedian]));
}

TEST(SummaryTest, TellsQuantilesWithinFivePercent) {
  const FakeClock clock;
  Summary summary(clock);

  for (int i = 1; i <= 1000; ++i) summary.Observe(i);

  const Summary::Reading reading = summary.Read();
  EXPECT_EQ(reading.count, 1000U);
  EXPECT_EQ(reading.sum, 500'500.0);
  EXPECT_NEAR(reading.quantiles[kMedian], 500, 25);
  EXPECT_NEAR(reading.quantiles[kP99], 990, 50);
}

TEST(SummaryTest, ForgetsWhatIsOlderThanAMinute) {
  FakeClock clock;
  Summary summary(clock);
  summary.Observe(1000);

  clock.Advance(61s);
  summary.Observe(1);

  const Summary::Reading reading = summary.Read();
  EXPECT_NEAR(reading.quantiles[kP99], 1, 0.05);
  EXPECT_EQ(reading.count, 2U);
  EXPECT_EQ(reading.sum, 1001.0);
}

TEST(SummaryTest, RemembersWhatIsFortySecondsOld) {
  FakeClock clock;
  Summary summary(clock);
  summary.Observe(1000);

  clock.Advance(40s);

  EXPECT_NEAR(summary.Read().quantiles[kMedian], 1000, 50);
}

TEST(SummaryTest, LeavesNanOut) {
  const FakeClock clock;
  Summary summary(clock);

  summary.Observe(std::numeric_limits<double>::quiet_NaN());

  EXPECT_EQ(summary.Read().count, 0U);
}

}  // namespace
}  // namespace slipway::metrics
