// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/byte_allocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace slipway::search {
namespace {

using Choices = std::vector<StorageChoice>;

std::vector<std::pair<std::size_t, std::size_t>> StepsOf(const std::vector<Choices>& items) {
  std::vector<std::pair<std::size_t, std::size_t>> steps;
  for (const AllocationStep& step : AllocateBytes(items))
    steps.emplace_back(step.item, step.choice);
  return steps;
}

TEST(ByteAllocationTest, BuysTheCheapestBytesFirst) {
  const Choices sensitive = {{100, 0}, {50, 10}, {25, 40}};
  const Choices robust = {{100, 0}, {50, 1}, {25, 4}};

  EXPECT_THAT(
      StepsOf({sensitive, robust}),
      ::testing::ElementsAre(std::pair(1, 1), std::pair(1, 2), std::pair(0, 1), std::pair(0, 2)));
}

TEST(ByteAllocationTest, LeavesOutWhatIsNotOnTheHull) {
  // 60 bytes at a price of 0.2 each, where 40 bytes are had at 0.1.
  EXPECT_THAT(StepsOf({{{100, 0}, {60, 8}, {40, 6}}}), ::testing::ElementsAre(std::pair(0, 2)));
  // As small as the other, and noisier.
  EXPECT_THAT(StepsOf({{{100, 0}, {40, 9}, {40, 6}}}), ::testing::ElementsAre(std::pair(0, 2)));
}

TEST(ByteAllocationTest, NeverTakesWhatIsLarger) {
  EXPECT_THAT(StepsOf({{{100, 0}, {120, 0}, {100, 0}}}), ::testing::IsEmpty());
}

TEST(ByteAllocationTest, IsNeverBeatenByAnotherAllocation) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> any(0, 1);
  for (int round = 0; round < 50; ++round) {
    std::vector<Choices> items(3, Choices{{100, 0}});
    for (Choices& choices : items) {
      for (int i = 0; i < 3; ++i) choices.push_back({100 * any(random), 10 * any(random)});
    }
    std::vector<std::size_t> state(3);
    for (const AllocationStep& step : AllocateBytes(items)) {
      state[step.item] = step.choice;
      double bytes = 0;
      double noise = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        bytes += items[i][state[i]].bytes;
        noise += items[i][state[i]].noise;
      }
      for (int other = 0; other < 64; ++other) {
        const StorageChoice& a = items[0][static_cast<std::size_t>(other % 4)];
        const StorageChoice& b = items[1][static_cast<std::size_t>(other / 4 % 4)];
        const StorageChoice& c = items[2][static_cast<std::size_t>(other / 16)];
        EXPECT_FALSE(a.bytes + b.bytes + c.bytes < bytes - 1e-9 &&
                     a.noise + b.noise + c.noise < noise - 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace slipway::search
