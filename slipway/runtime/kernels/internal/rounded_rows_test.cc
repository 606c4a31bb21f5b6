// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/rounded_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace slipway::kernels {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(RoundedRowsTest, RoundsHalvesToEvenNumbers) {
  const std::array<float, 8> numbers = {254, -254, 1, 3, 5, -1, -3, 2.2F};
  std::array<std::int8_t, 8> bytes = {};

  const RoundedRow row = RoundRow(numbers.data(), numbers.size(), bytes.data());

  EXPECT_EQ(row.step, 2);
  EXPECT_THAT(bytes, ElementsAre(127, -127, 0, 2, 2, 0, -2, 1));
  EXPECT_EQ(row.sum, 3);
}

TEST(RoundedRowsTest, GivesNothingForZeros) {
  const std::array<float, 8> numbers = {};
  std::array<std::int8_t, 8> bytes = {1, 1, 1, 1, 1, 1, 1, 1};

  const RoundedRow row = RoundRow(numbers.data(), numbers.size(), bytes.data());

  EXPECT_EQ(row.step, 0);
  EXPECT_THAT(bytes, Each(0));
}

TEST(RoundedRowsTest, TellsByItsStepThatANumberIsNotFinite) {
  for (const float broken :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    const std::array<float, 8> numbers = {1, 2, broken, -4};
    std::array<std::int8_t, 8> bytes = {};

    const RoundedRow row = RoundRow(numbers.data(), numbers.size(), bytes.data());

    EXPECT_NE(row.step, row.step);
    EXPECT_EQ(row.sum, 0);
  }
}

}  // namespace
}  // namespace slipway::kernels
