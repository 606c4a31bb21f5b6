// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/response_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace slipway::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ResponseOrderTest : public ::testing::Test {
 protected:
  void Deliver(std::uint64_t number) {
    order_.Deliver(
        number, [this, number](const RequestOutputs&) { delivered_.push_back(number); },
        RequestOutputs());
  }

  ResponseOrder order_;
  std::vector<std::uint64_t> delivered_;
};

TEST_F(ResponseOrderTest, HoldsAnswersBackUntilThoseBeforeThemAreThere) {
  Deliver(2);
  Deliver(1);
  EXPECT_THAT(delivered_, IsEmpty());

  Deliver(0);

  EXPECT_THAT(delivered_, ElementsAre(0, 1, 2));
}

TEST_F(ResponseOrderTest, WaitsForNoSkippedNumber) {
  Deliver(1);
  order_.Skip(2);
  Deliver(3);

  order_.Skip(0);

  EXPECT_THAT(delivered_, ElementsAre(1, 3));
}

TEST_F(ResponseOrderTest, KeepsTheOrderWhenAnAnswerCausesAnother) {
  const auto deliver_next_first = [this](const RequestOutputs&) {
    Deliver(1);
    delivered_.push_back(0);
  };

  order_.Deliver(0, deliver_next_first, RequestOutputs());

  EXPECT_THAT(delivered_, ElementsAre(0, 1));
}

TEST_F(ResponseOrderTest, KeepsTheOrderAcrossThreads) {
  constexpr std::uint64_t kNumbers = 3000;
  constexpr std::uint64_t kThreads = 3;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, t] {
        for (std::uint64_t number = t; number < kNumbers; number += kThreads) Deliver(number);
      });
    }
  }

  ASSERT_EQ(delivered_.size(), kNumbers);
  for (std::uint64_t i = 0; i < kNumbers; ++i) ASSERT_EQ(delivered_[i], i);
}

}  // namespace
}  // namespace slipway::serving
