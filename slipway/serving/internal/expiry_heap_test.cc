// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/expiry_heap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""s;
using ::testing::ElementsAre;

class ExpiryHeapTest : public ::testing::Test {
 protected:
  WaitingRequests::iterator Add(int seconds) {
    requests_.emplace_back().expires = SteadyTime(std::chrono::seconds(seconds));
    heap_.Add(std::prev(requests_.end()));
    return std::prev(requests_.end());
  }
  /// Removes all, soonest first.
  std::vector<int> Drain() {
    std::vector<int> seconds;
    while (!heap_.empty()) {
      seconds.push_back(static_cast<int>(heap_.soonest()->expires.time_since_epoch() / 1s));
      heap_.Remove(heap_.soonest());
    }
    return seconds;
  }

  WaitingRequests requests_;
  ExpiryHeap heap_;
};

TEST_F(ExpiryHeapTest, GivesTheSoonestFirst) {
  for (const int seconds : {5, 3, 9, 1, 7, 3}) Add(seconds);

  EXPECT_THAT(Drain(), ElementsAre(1, 3, 3, 5, 7, 9));
}

TEST_F(ExpiryHeapTest, ForgetsWhatLeavesEarly) {
  Add(5);
  const auto middle = Add(3);
  Add(1);
  const auto last = Add(9);

  heap_.Remove(middle);
  heap_.Remove(last);
  heap_.Remove(last);

  EXPECT_THAT(Drain(), ElementsAre(1, 5));
}

TEST_F(ExpiryHeapTest, StaysInOrderWhateverComesAndLeaves) {
  constexpr std::uint32_t kSeed = 7;
  std::mt19937 random(kSeed);
  std::vector<WaitingRequests::iterator> inside;
  for (int i = 0; i < 2000; ++i) {
    if (inside.empty() || random() % 3 != 0) {
      inside.push_back(Add(static_cast<int>(random() % 500)));
    } else {
      const std::size_t left = random() % inside.size();
      heap_.Remove(inside[left]);
      inside.erase(inside.begin() + static_cast<std::ptrdiff_t>(left));
    }
  }

  const std::vector<int> drained = Drain();

  EXPECT_EQ(drained.size(), inside.size());
  EXPECT_TRUE(std::ranges::is_sorted(drained));
}

}  // namespace
}  // namespace slipway::serving
