// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace slipway::api::client {
namespace {

using std::chrono::nanoseconds;

TEST(LatencyHistogramTest, IsAllZeroWhenEmpty) {
  const LatencyHistogram histogram;

  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.max(), nanoseconds(0));
  EXPECT_EQ(histogram.Quantile(0.5), nanoseconds(0));
}

TEST(LatencyHistogramTest, KeepsSmallValuesExactly) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 200; ++i) histogram.Record(nanoseconds(i));

  EXPECT_EQ(histogram.Quantile(0), nanoseconds(1));
  EXPECT_EQ(histogram.Quantile(0.5), nanoseconds(100));
  EXPECT_EQ(histogram.Quantile(0.99), nanoseconds(198));
  EXPECT_EQ(histogram.Quantile(1), nanoseconds(200));
}

TEST(LatencyHistogramTest, IsWithinFourInAThousandOfTheTrueQuantiles) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> distribution(std::log(200'000.0), 1.5);
  LatencyHistogram histogram;
  std::vector<std::int64_t> values(20'001);
  for (std::int64_t& value : values) {
    value = static_cast<std::int64_t>(distribution(random));
    histogram.Record(nanoseconds(value));
  }
  std::ranges::sort(values);

  for (const double quantile : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto rank = static_cast<std::size_t>(std::ceil(quantile * 20'001)) - 1;
    const auto exact = static_cast<double>(values[rank]);
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(quantile).count()), exact, 0.004 * exact);
  }
  EXPECT_EQ(histogram.max().count(), values.back());
}

TEST(LatencyHistogramTest, TakesWhatIsOutOfItsRange) {
  LatencyHistogram histogram;

  histogram.Record(nanoseconds(-5));
  histogram.Record(std::chrono::hours(24));

  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.Quantile(0), nanoseconds(0));
  EXPECT_EQ(histogram.max(), std::chrono::hours(24));
  EXPECT_NEAR(std::chrono::duration<double>(histogram.Quantile(1)).count(), 1'099, 5);
}

TEST(LatencyHistogramTest, AddsUpWithAnother) {
  LatencyHistogram one;
  LatencyHistogram other;
  one.Record(nanoseconds(10));
  other.Record(nanoseconds(20));
  other.Record(nanoseconds(30));

  one.Add(other);

  EXPECT_EQ(one.count(), 3U);
  EXPECT_EQ(one.Quantile(0.5), nanoseconds(20));
  EXPECT_EQ(one.max(), nanoseconds(30));
}

}  // namespace
}  // namespace slipway::api::client
