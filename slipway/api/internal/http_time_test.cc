// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_time.h"

#include "slipway/base/testing/fake_clock.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;

TEST(RoundTimeTest, WritesTheDateAsHttpHasIt) {
  FakeClock clock;
  const auto wanted = WallTime(std::chrono::seconds(784'111'777));  // The example of RFC 9110.
  clock.Advance(wanted - clock.WallNow());

  const RoundTime time(clock);

  EXPECT_EQ(time.date(), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(RoundTimeTest, StandsStillUntilTheNextRound) {
  FakeClock clock;
  RoundTime time(clock);
  const SteadyTime before = time.now();
  const std::string date(time.date());

  clock.Advance(90s);
  EXPECT_EQ(time.now(), before);
  EXPECT_EQ(time.date(), date);

  time.Update();
  EXPECT_EQ(time.now(), before + 90s);
  EXPECT_NE(time.date(), date);
}

}  // namespace
}  // namespace slipway::api
