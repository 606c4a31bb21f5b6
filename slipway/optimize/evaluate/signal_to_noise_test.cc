// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/signal_to_noise.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace slipway::evaluate {
namespace {

constexpr float kInfinite = std::numeric_limits<float>::infinity();

TEST(SignalToNoiseTest, IsInfiniteWhereAllIsEqual) {
  SignalToNoise difference;
  difference.Add(std::array{1.0F, -2.0F}, std::array{1.0F, -2.0F});
  EXPECT_EQ(difference.decibels(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(difference.largest_error(), 0);
}

TEST(SignalToNoiseTest, AddsUpOverCalls) {
  SignalToNoise difference;
  difference.Add(std::array{3.0F}, std::array{3.0F});
  difference.Add(std::array{1.0F}, std::array{0.0F});
  EXPECT_DOUBLE_EQ(difference.decibels(), 10);  // 10 log10((9 + 1) / 1)
  EXPECT_EQ(difference.largest_error(), 1);
}

TEST(SignalToNoiseTest, DoesNotAskForWhatIsNotFinite) {
  SignalToNoise difference;
  difference.Add(std::array{kInfinite, 1.0F}, std::array{0.0F, 1.0F});
  EXPECT_EQ(difference.largest_error(), 0);
}

TEST(SignalToNoiseTest, HidesNoNan) {
  SignalToNoise difference;
  difference.Add(std::array{1.0F, 2.0F}, std::array{std::nanf(""), 2.0F});
  EXPECT_EQ(difference.decibels(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(difference.largest_error(), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace slipway::evaluate
