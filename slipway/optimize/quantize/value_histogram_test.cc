// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/value_histogram.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace slipway::quantize {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;

constexpr std::size_t kZeroBin = ValueHistogram::kSideBins;

// Values of very different magnitudes on both sides, with some zeros.
std::vector<float> WildValues(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> exponent(-20, 5);
  std::vector<float> values(count);
  for (float& value : values) {
    const int power = exponent(random);
    value = power == 0 ? 0 : std::ldexp(normal(random), power);
  }
  return values;
}

void ExpectEqual(const ValueHistogram& a, const ValueHistogram& b) {
  EXPECT_EQ(a.bin_width(), b.bin_width());
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.zero_count(), b.zero_count());
  EXPECT_EQ(a.range(), b.range());
  EXPECT_THAT(a.counts(), ElementsAreArray(b.counts()));
}

ValueHistogram Of(std::span<const float> values) {
  ValueHistogram histogram;
  histogram.Add(values);
  return histogram;
}

TEST(ValueHistogramTest, CountsEachValueInTheBinThatHoldsIt) {
  // 0.75 makes the bins reach to 1.
  const std::vector<float> values = {0.75F, -0.75F, 0, -0.0F, 1e-30F, -1e-30F};

  const ValueHistogram histogram = Of(values);

  EXPECT_EQ(histogram.bin_width(), 1.0 / ValueHistogram::kSideBins);
  EXPECT_EQ(histogram.counts()[kZeroBin], 3);
  EXPECT_EQ(histogram.counts()[kZeroBin - 1], 1);
  EXPECT_EQ(histogram.counts()[kZeroBin + 1536], 1);
  EXPECT_EQ(histogram.counts()[kZeroBin - 1 - 1536], 1);
  EXPECT_EQ(histogram.zero_count(), 2);
  EXPECT_EQ(histogram.count(), 6);
}

TEST(ValueHistogramTest, IsTheSameWhateverTheOrderAndTheParts) {
  std::vector<float> values = WildValues(3000, 1);
  const ValueHistogram whole = Of(values);

  std::ranges::sort(values, {}, [](float v) { return std::abs(v); });
  ValueHistogram growing;
  for (std::size_t i = 0; i < values.size(); i += 7) {
    growing.Add(std::span(values).subspan(i, std::min<std::size_t>(7, values.size() - i)));
  }

  ExpectEqual(growing, whole);
}

TEST(ValueHistogramTest, IsTheSameMergedAsInOne) {
  const std::vector<float> values = WildValues(3000, 2);
  const std::span<const float> all(values);
  const ValueHistogram whole = Of(all);
  ValueHistogram small = Of(std::vector<float>{});
  small.Merge(Of(all.first(100)));
  ValueHistogram large = Of(all.subspan(100));

  large.Merge(small);
  large.Merge(ValueHistogram());

  ExpectEqual(large, whole);
}

TEST(ValueHistogramTest, CountsManyValuesAsItCountsFew) {
  const std::vector<float> values = WildValues(40000, 3);
  ValueHistogram few;
  for (std::size_t i = 0; i < values.size(); i += 1000) few.Add(std::span(values).subspan(i, 1000));

  ExpectEqual(Of(values), few);
}

TEST(ValueHistogramTest, HoldsTheExtremesOfFloat32) {
  const float largest = std::numeric_limits<float>::max();
  const ValueHistogram histogram =
      Of(std::vector<float>{largest, -largest, std::numeric_limits<float>::denorm_min()});

  EXPECT_EQ(histogram.counts().front(), 1);
  EXPECT_EQ(histogram.counts().back(), 1);
  EXPECT_EQ(histogram.counts()[kZeroBin], 1);
  EXPECT_EQ(histogram.range(), (ValueRange{-largest, largest}));
}

TEST(ValueHistogramTest, IsEmptyBeforeItSeesAnything) {
  const ValueHistogram histogram;
  EXPECT_EQ(histogram.range(), ValueRange{});
  EXPECT_THAT(histogram.counts(), Each(0));
}

TEST(ValueHistogramTest, IsTheSameAfterItsContentsWereWrittenDown) {
  for (const auto& values : {std::vector<float>(), WildValues(1'000, 5)}) {
    const ValueHistogram histogram = Of(values);

    ASSERT_OK_AND_ASSIGN(const ValueHistogram restored,
                         ValueHistogram::Restore({.range = histogram.range(),
                                                  .bin_width = histogram.bin_width(),
                                                  .zero_count = histogram.zero_count(),
                                                  .counts = histogram.counts()}));

    ExpectEqual(restored, histogram);
  }
}

}  // namespace
}  // namespace slipway::quantize
