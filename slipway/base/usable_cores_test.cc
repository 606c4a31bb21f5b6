// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/usable_cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace slipway {
namespace {

TEST(UsableCoresTest, CountsThoseOfTheCallingThread) {
  const std::size_t all = CountUsableCores();
  std::size_t of_pinned = 0;
  std::jthread([&of_pinned] {
    ::cpu_set_t one = {};
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
    of_pinned = CountUsableCores();
  }).join();

  EXPECT_GE(all, 1U);
  EXPECT_EQ(of_pinned, 1U);
  EXPECT_EQ(CountUsableCores(), all);
}

}  // namespace
}  // namespace slipway
