// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/exponential_buckets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

namespace slipway::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Bucket = BucketCounts::Bucket;

constexpr std::size_t kPlenty = 1000;

BucketCounts Counted(const std::vector<double>& values, std::size_t max_buckets = kPlenty) {
  ExponentialBuckets buckets;
  for (const double value : values) buckets.Count(value);
  return buckets.Read(max_buckets);
}

TEST(ExponentialBucketsTest, HoldsNothingAtFirst) {
  const BucketCounts counts = Counted({});

  EXPECT_EQ(counts.schema, 3);
  EXPECT_EQ(counts.zero_count, 0U);
  EXPECT_THAT(counts.buckets, IsEmpty());
}

TEST(ExponentialBucketsTest, PutsAPowerOfTwoIntoTheBucketThatEndsThere) {
  EXPECT_THAT(Counted({1.0}).buckets, ElementsAre(Bucket{0, 1}));
  EXPECT_THAT(Counted({2.0}).buckets, ElementsAre(Bucket{8, 1}));
  EXPECT_THAT(Counted({0.25}).buckets, ElementsAre(Bucket{-16, 1}));
}

TEST(ExponentialBucketsTest, PutsWhatLiesJustAboveABoundIntoTheNextBucket) {
  const double above = std::nextafter(1.0, 2.0);

  EXPECT_THAT(Counted({above}).buckets, ElementsAre(Bucket{1, 1}));
}

TEST(ExponentialBucketsTest, HoldsEachValueBetweenTheBoundsOfItsBucket) {
  for (double value = 3e-9; value < 1e9; value *= 1.013) {
    const BucketCounts counts = Counted({value});

    ASSERT_EQ(counts.buckets.size(), 1U);
    const int index = counts.buckets.front().index;
    EXPECT_LE(value, std::exp2(index / 8.0) * (1 + 1e-12));
    EXPECT_GT(value, std::exp2((index - 1) / 8.0) * (1 - 1e-12));
  }
}

TEST(ExponentialBucketsTest, CountsAsZeroWhatIsNotAboveTheThreshold) {
  const BucketCounts counts = Counted({0.0, -7.0, ExponentialBuckets::kZeroThreshold});

  EXPECT_EQ(counts.zero_count, 3U);
  EXPECT_THAT(counts.buckets, IsEmpty());
}

TEST(ExponentialBucketsTest, KeepsTheSmallestAboveTheThresholdAndTheLargestApart) {
  const double smallest = std::nextafter(ExponentialBuckets::kZeroThreshold, 1.0);
  const double infinity = std::numeric_limits<double>::infinity();

  EXPECT_THAT(Counted({smallest, 0x1p32, infinity}).buckets,
              ElementsAre(Bucket{-255, 1}, Bucket{256, 2}));
}

TEST(ExponentialBucketsTest, JoinsNeighboursWhereThereAreTooManyBuckets) {
  // Buckets 8, 4, -1 and 0 of schema 3.
  const std::vector<double> values = {2.0, std::exp2(3.7 / 8), std::exp2(-1.5 / 8), 1.0};

  const BucketCounts counts = Counted(values, 3);

  EXPECT_EQ(counts.schema, 2);
  EXPECT_THAT(counts.buckets, ElementsAre(Bucket{0, 2}, Bucket{2, 1}, Bucket{4, 1}));
}

TEST(ExponentialBucketsTest, LosesNothingByJoining) {
  std::vector<double> values;
  for (double value = 1e-9; value < 1e9; value *= 1.05) values.push_back(value);

  const BucketCounts counts = Counted(values, 10);

  EXPECT_LE(counts.buckets.size(), 10U);
  EXPECT_EQ(counts.count(), values.size());
}

TEST(ExponentialBucketsTest, LosesNothingWhenThreadsCountAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kValues = 10'000;
  ExponentialBuckets buckets;

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kValues; ++i) buckets.Count(1e-6 * i);
      });
    }
  }

  EXPECT_EQ(buckets.Read(kPlenty).count(), std::uint64_t{kThreads} * kValues);
}

}  // namespace
}  // namespace slipway::metrics
