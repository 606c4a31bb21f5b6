// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/calibration_method.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::array kAll = {CalibrationMethod::kMinMax, CalibrationMethod::kMovingAverage,
                             CalibrationMethod::kPercentile, CalibrationMethod::kEntropy,
                             CalibrationMethod::kMse};

TEST(CalibrationMethodTest, IsFoundByItsName) {
  for (const CalibrationMethod method : kAll) {
    ASSERT_OK_AND_ASSIGN(const CalibrationMethod parsed,
                         ParseCalibrationMethod(CalibrationMethodName(method)));
    EXPECT_EQ(parsed, method);
  }
}

TEST(CalibrationMethodTest, ListsTheNamesIfThereIsNoSuchOne) {
  EXPECT_THAT(ParseCalibrationMethod("best"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"best\": it is min-max")));
}

TEST(CalibrationMethodTest, KeepsAConstantInItsRange) {
  for (const CalibrationMethod method : kAll) {
    for (const float value : {0.0F, 3.0F, -0.25F, 1e-20F, -1e20F}) {
      ASSERT_OK_AND_ASSIGN(const RangeObserverFactory make, ObserversFor(method));
      const auto observer = make();

      observer->Observe(std::vector<float>(100, value), 4);

      EXPECT_EQ(observer->range(), (ValueRange{value, value})) << CalibrationMethodName(method);
    }
  }
}

TEST(CalibrationMethodTest, HasARangeOfZeroWithoutValues) {
  for (const CalibrationMethod method : kAll) {
    ASSERT_OK_AND_ASSIGN(const RangeObserverFactory make, ObserversFor(method));
    EXPECT_EQ(make()->range(), ValueRange{}) << CalibrationMethodName(method);
  }
}

TEST(CalibrationMethodTest, RefusesAPercentileThatIsNone) {
  for (const double percentile : {50.0, 100.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(ObserversFor(CalibrationMethod::kPercentile, percentile),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("percentile")));
  }
}

}  // namespace
}  // namespace slipway::quantize
