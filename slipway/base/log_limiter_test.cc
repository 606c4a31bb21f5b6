// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/log_limiter.h"

#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway {
namespace {

using std::chrono_literals::operator""s;
using ::testing::Optional;

class LogLimiterTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  LogLimiter limiter_{clock_, {.burst = 2, .period = 10s}};
};

TEST_F(LogLimiterTest, LetsTheFirstLinesThrough) {
  EXPECT_THAT(limiter_.Admit(), Optional(0U));
  EXPECT_THAT(limiter_.Admit(), Optional(0U));
  EXPECT_EQ(limiter_.Admit(), std::nullopt);
}

TEST_F(LogLimiterTest, LetsOneThroughEachPeriodAndCountsTheOthers) {
  for (int i = 0; i < 5; ++i) static_cast<void>(limiter_.Admit());

  clock_.Advance(10s);

  EXPECT_THAT(limiter_.Admit(), Optional(3U));
  EXPECT_EQ(limiter_.Admit(), std::nullopt);
}

TEST_F(LogLimiterTest, LetsNoMoreThroughThanTheBurstAfterALongSilence) {
  clock_.Advance(1000s);

  EXPECT_THAT(limiter_.Admit(), Optional(0U));
  EXPECT_THAT(limiter_.Admit(), Optional(0U));
  EXPECT_EQ(limiter_.Admit(), std::nullopt);
}

TEST_F(LogLimiterTest, SaysHowManyWereHeldBackIfAnyWere) {
  EXPECT_EQ(HeldBackNote(0), "");
  EXPECT_EQ(HeldBackNote(3), " (3 more like it were not logged)");
}

}  // namespace
}  // namespace slipway
