// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/background.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

namespace slipway {
namespace {

TEST(BackgroundTest, LowersThePriorityOfTheWorkAlone) {
  const int before = ::getpriority(PRIO_PROCESS, 0);
  int inside = 0;
  std::thread::id thread;

  RunInBackground([&] {
    inside = ::getpriority(PRIO_PROCESS, 0);
    thread = std::this_thread::get_id();
  });

  EXPECT_EQ(inside, 19);
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace slipway
