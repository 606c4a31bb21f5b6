// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/moving_average_observer.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/min_max_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(MovingAverageObserverTest, TakesTheMeanOfTheExtremesOfEachSample) {
  MovingAverageObserver observer;

  observer.Observe(std::vector<float>{-1, 3, 0, 5}, 2);

  EXPECT_EQ(observer.range(), (ValueRange{-0.5F, 4}));
}

TEST(MovingAverageObserverTest, FindsTheSameWhateverTheBatches) {
  const std::vector<float> values = {-1, 3, 0, 5, 2, 2, -8, 1};
  MovingAverageObserver together;
  together.Observe(values, 4);
  MovingAverageObserver apart;
  apart.Observe(std::span(values).first(2), 1);
  apart.Observe(std::span(values).subspan(2), 3);

  EXPECT_EQ(together.range(), apart.range());
}

TEST(MovingAverageObserverTest, MergesToWhatOneWouldHaveSeen) {
  const std::vector<float> values = {-1, 3, 0, 5, 2, 2};
  MovingAverageObserver whole;
  whole.Observe(values, 3);
  MovingAverageObserver first;
  first.Observe(std::span(values).first(2), 1);
  MovingAverageObserver second;
  second.Observe(std::span(values).subspan(2), 2);

  ASSERT_OK(first.Merge(second));

  EXPECT_EQ(first.range(), whole.range());
}

TEST(MovingAverageObserverTest, TakesWhatSamplesDoNotShareEvenlyForOne) {
  MovingAverageObserver observer;
  observer.Observe(std::vector<float>{-1, 3, 5}, 2);
  EXPECT_EQ(observer.range(), (ValueRange{-1, 5}));
}

TEST(MovingAverageObserverTest, HasARangeOfZeroBeforeItSeesAnything) {
  MovingAverageObserver observer;
  observer.Observe({}, 1);
  EXPECT_EQ(observer.range(), ValueRange{});
}

TEST(MovingAverageObserverTest, RefusesToMergeWithAnotherKind) {
  MovingAverageObserver observer;
  EXPECT_THAT(observer.Merge(MinMaxObserver()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("its like")));
}

TEST(MovingAverageObserverTest, GoesOnFromItsState) {
  MovingAverageObserver observer;
  observer.Observe(std::vector<float>{1, -2}, 1);
  MovingAverageObserver restored;

  ASSERT_OK(restored.Restore(observer.state()));
  observer.Observe(std::vector<float>{4, 0}, 1);
  restored.Observe(std::vector<float>{4, 0}, 1);

  EXPECT_EQ(restored.range(), observer.range());
}

TEST(MovingAverageObserverTest, RefusesStatesThatItCannotBeIn) {
  MovingAverageObserver observer;
  ObserverState state = observer.state();
  state.numbers = {2, std::numeric_limits<double>::infinity()};
  EXPECT_THAT(observer.Restore(state),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("damaged")));
  state.observer = "another";
  EXPECT_THAT(observer.Restore(state),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("another kind")));
}

}  // namespace
}  // namespace slipway::quantize
