// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace slipway::quantize {
namespace {

std::vector<float> RandomExtremes(std::size_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(ValueExtremesTest, AreTheExtremesWhateverTheLength) {
  for (std::size_t count = 1; count < 70; ++count) {
    const std::vector<float> values = RandomExtremes(count);
    EXPECT_EQ(ExtremesOf(values), (ValueRange{std::ranges::min(values), std::ranges::max(values)}));
  }
}

TEST(ValueExtremesTest, FindsTheFirstValueThatIsNotFiniteWhereverItIs) {
  for (const float broken :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN()}) {
    for (std::size_t at = 0; at < 37; ++at) {
      std::vector<float> values = RandomExtremes(37);
      values[at] = broken;
      values[36] = broken;
      EXPECT_EQ(FirstNonFinite(values), at);
    }
  }
}

TEST(ValueExtremesTest, FindsNothingAmongFiniteValues) {
  std::vector<float> values = RandomExtremes(37);
  values[3] = std::numeric_limits<float>::max();
  values[4] = std::numeric_limits<float>::denorm_min();

  EXPECT_EQ(FirstNonFinite(values), values.size());
  EXPECT_EQ(FirstNonFinite({}), 0);
}

}  // namespace
}  // namespace slipway::quantize
