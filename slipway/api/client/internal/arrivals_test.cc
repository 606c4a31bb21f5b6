// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/arrivals.h"

#include <gtest/gtest.h>

#include <chrono>

namespace slipway::api::client {
namespace {

constexpr SteadyTime kStart(std::chrono::seconds(10));
constexpr double kRate = 1'000;

TEST(ArrivalsTest, ComeAtTheRateAskedForAndAsScatteredAsIndependentCallers) {
  Arrivals arrivals(kRate, 1, kStart);
  constexpr int kCount = 100'000;
  double sum = 0;
  double sum_of_squares = 0;
  SteadyTime before = kStart;

  for (int i = 0; i < kCount; ++i) {
    const double gap = std::chrono::duration<double>(arrivals.next() - before).count() * kRate;
    sum += gap;
    sum_of_squares += gap * gap;
    before = arrivals.next();
    arrivals.Advance();
  }

  // Exponential gaps have mean 1 and mean square 2; bounds are 6 standard errors.
  EXPECT_NEAR(sum / kCount, 1.0, 0.02);
  EXPECT_NEAR(sum_of_squares / kCount, 2.0, 0.09);
}

TEST(ArrivalsTest, AreTheSameForTheSameSeed) {
  Arrivals one(kRate, 7, kStart);
  Arrivals same(kRate, 7, kStart);
  Arrivals other(kRate, 8, kStart);

  EXPECT_GE(one.next(), kStart);
  EXPECT_EQ(one.next(), same.next());
  EXPECT_NE(one.next(), other.next());
}

}  // namespace
}  // namespace slipway::api::client
