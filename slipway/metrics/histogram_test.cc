// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

namespace slipway::metrics {
namespace {

TEST(HistogramTest, CountsAValueThatEqualsABoundBelowIt) {
  Histogram histogram({1.0, 2.0});

  histogram.Observe(1.0);
  histogram.Observe(1.5);
  histogram.Observe(2.0);

  EXPECT_EQ(histogram.bucket_count(0), 1U);
  EXPECT_EQ(histogram.bucket_count(1), 2U);
  EXPECT_EQ(histogram.bucket_count(2), 0U);
}

TEST(HistogramTest, CountsWhatLiesOutsideAllBounds) {
  Histogram histogram({1.0});

  histogram.Observe(-5.0);
  histogram.Observe(std::numeric_limits<double>::infinity());

  EXPECT_EQ(histogram.bucket_count(0), 1U);
  EXPECT_EQ(histogram.bucket_count(1), 1U);
}

TEST(HistogramTest, LeavesNanOut) {
  Histogram histogram({1.0});

  histogram.Observe(std::numeric_limits<double>::quiet_NaN());
  histogram.Observe(0.5);

  EXPECT_EQ(histogram.count(), 1U);
  EXPECT_EQ(histogram.sum(), 0.5);
}

TEST(HistogramTest, CountsInNativeBucketsToo) {
  Histogram histogram({1.0});

  histogram.Observe(1.5);
  histogram.Observe(1.5);

  const BucketCounts native = histogram.native().Read(100);
  EXPECT_THAT(native.buckets, ::testing::ElementsAre(BucketCounts::Bucket{5, 2}));
}

TEST(HistogramTest, CountsNothingWhenDisabled) {
  Histogram histogram = Histogram::Disabled();

  histogram.Observe(1.5);

  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.native().Read(100).count(), 0U);
}

TEST(HistogramTest, WithoutBoundsCountsAndSums) {
  Histogram histogram({});

  histogram.Observe(2.0);
  histogram.Observe(3.0);

  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.sum(), 5.0);
}

TEST(HistogramTest, LosesNothingWhenThreadsObserveAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kObservations = 10'000;
  Histogram histogram(LatencyBounds());

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kObservations; ++i) histogram.Observe(0.5);
      });
    }
  }

  EXPECT_EQ(histogram.count(), std::uint64_t{kThreads} * kObservations);
  EXPECT_EQ(histogram.sum(), 0.5 * kThreads * kObservations);
}

TEST(HistogramDeathTest, EndsTheProcessWhenBoundsDoNotAscend) {
  EXPECT_DEATH(Histogram({2.0, 1.0}), "greater_equal");
  EXPECT_DEATH(Histogram({1.0, 1.0}), "greater_equal");
}

}  // namespace
}  // namespace slipway::metrics
