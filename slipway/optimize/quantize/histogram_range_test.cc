// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/histogram_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace slipway::quantize {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

std::vector<float> NormalValues(std::size_t count) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<float> Rectified(std::vector<float> values) {
  for (float& value : values) value = std::max(0.0F, value);
  return values;
}

ValueHistogram Of(std::span<const float> values) {
  ValueHistogram histogram;
  histogram.Add(values);
  return histogram;
}

// The mean squared error of `values` in uint8 codes for `range`.
double ErrorOf(std::span<const float> values, const ValueRange& range) {
  const AffineScale scale = *Uint8Scale(range);
  double error = 0;
  for (const float value : values) {
    const double difference = value - Dequantize(QuantizeToUint8(value, scale), scale);
    error += difference * difference;
  }
  return error / static_cast<double>(values.size());
}

TEST(PercentileRangeTest, CutsOffTheShareOnBothSides) {
  std::vector<float> values;
  for (int i = 1; i <= 1000; ++i) {
    values.push_back(static_cast<float>(i));
    values.push_back(static_cast<float>(-i));
  }

  const ValueRange range = PercentileRange(Of(values), 0.9);

  EXPECT_NEAR(range.max, 900, 1);
  EXPECT_NEAR(range.min, -900, 1);
}

TEST(PercentileRangeTest, CutsOffOneSideAloneIfTheOtherIsEmpty) {
  std::vector<float> values(5000, 0.0F);
  for (int i = 1; i <= 1000; ++i) values.push_back(static_cast<float>(i));

  const ValueRange range = PercentileRange(Of(values), 0.9);

  EXPECT_NEAR(range.max, 900, 1);
  EXPECT_EQ(range.min, 0);
}

TEST(PercentileRangeTest, IsTheWholeRangeIfAllStays) {
  const std::vector<float> values = NormalValues(1000);
  EXPECT_EQ(PercentileRange(Of(values), 1), Of(values).range());
}

TEST(EntropyRangeTest, CutsOutliersOff) {
  std::vector<float> values = NormalValues(100000);
  values.push_back(60);

  const ValueRange range = EntropyRange(Of(values));

  EXPECT_THAT(range.max, AllOf(Ge(2), Le(20)));
}

TEST(EntropyRangeTest, KeepsEvenlySpreadValues) {
  std::vector<float> values;
  for (int i = -20000; i <= 20000; ++i) values.push_back(static_cast<float>(i) / 20000);

  const ValueRange range = EntropyRange(Of(values));

  EXPECT_GT(range.max, 0.95F);
  EXPECT_LT(range.min, -0.95F);
}

TEST(EntropyRangeTest, DoesNotDependOnHowManyZerosThereAre) {
  std::vector<float> values = Rectified(NormalValues(50000));
  const ValueRange few = EntropyRange(Of(values));
  values.resize(500000, 0.0F);

  EXPECT_EQ(EntropyRange(Of(values)), few);
}

TEST(MseRangeTest, HasASmallerErrorThanAnyOtherSymmetricCut) {
  std::vector<float> values = NormalValues(20000);
  for (int i = 0; i < 4; ++i) values.push_back(25);
  const ValueHistogram histogram = Of(values);

  const double error = ErrorOf(values, MseRange(histogram));

  const ValueRange whole = histogram.range();
  for (float share = 0.05F; share <= 1; share += 0.05F) {
    const ValueRange cut = {std::max(whole.min, -share * whole.max), share * whole.max};
    EXPECT_LE(error, 1.02 * ErrorOf(values, cut)) << share;
  }
}

TEST(MseRangeTest, LosesLittleAgainstTheBestCutOfRectifiedValues) {
  const std::vector<float> values = Rectified(NormalValues(20000));
  const ValueHistogram histogram = Of(values);

  const double error = ErrorOf(values, MseRange(histogram));

  for (float high = 2; high <= histogram.range().max; high += 0.1F) {
    EXPECT_LE(error, 1.05 * ErrorOf(values, {0, high})) << high;
  }
}

TEST(HistogramRangeTest, StaysWithinWhatOccurs) {
  const std::vector<float> one_sided = {0.5F, 0.6F, 0.7F};
  for (const ValueRange& range : {PercentileRange(Of(one_sided), 0.99), EntropyRange(Of(one_sided)),
                                  MseRange(Of(one_sided))}) {
    EXPECT_GE(range.min, 0.5F);
    EXPECT_LE(range.max, 0.7F);
    EXPECT_LE(range.min, range.max);
  }
}

}  // namespace
}  // namespace slipway::quantize
