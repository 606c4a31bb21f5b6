// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/histogram_observer.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/min_max_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

// The number of values and of zeros, as something to look at.
ValueRange Counts(const ValueHistogram& histogram) {
  return {static_cast<float>(histogram.zero_count()), static_cast<float>(histogram.count())};
}

TEST(HistogramObserverTest, ChoosesByAllThatItSaw) {
  HistogramObserver observer(Counts);
  observer.Observe(std::vector<float>{0, 1, 2}, 1);
  observer.Observe(std::vector<float>{0, 3}, 2);
  EXPECT_EQ(observer.range(), (ValueRange{2, 5}));
}

TEST(HistogramObserverTest, ChoosesByWhatItMergedToo) {
  HistogramObserver observer(Counts);
  observer.Observe(std::vector<float>{0, 1, 2}, 1);
  HistogramObserver other(Counts);
  other.Observe(std::vector<float>{0}, 1);

  ASSERT_OK(observer.Merge(other));

  EXPECT_EQ(observer.range(), (ValueRange{2, 4}));
}

TEST(HistogramObserverTest, RefusesToMergeWithAnotherKind) {
  HistogramObserver observer(Counts);
  EXPECT_THAT(observer.Merge(MinMaxObserver()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("its like")));
}

TEST(HistogramObserverTest, GoesOnFromTheStateOfOneThatChoosesOtherwise) {
  HistogramObserver first([](const ValueHistogram&) { return ValueRange{}; });
  first.Observe(std::vector<float>{0, 1, -2}, 1);
  HistogramObserver second(Counts);

  ASSERT_OK(second.Restore(first.state()));
  second.Observe(std::vector<float>{0, 3}, 1);

  EXPECT_EQ(second.range(), (ValueRange{2, 5}));
}

TEST(HistogramObserverTest, RefusesStatesThatItCannotBeIn) {
  HistogramObserver observer(Counts);
  observer.Observe(std::vector<float>{0, 1, -2}, 1);
  const ObserverState good = observer.state();
  std::vector<ObserverState> broken(4, good);
  broken[0].counts.pop_back();
  broken[1].numbers[2] = 0.3;         // No power of two.
  broken[2].numbers[2] = 1.0 / 4096;  // Bins that end before -2.
  broken[3].counts[0] = 5;            // More zeros than values.
  for (const ObserverState& state : broken) {
    EXPECT_THAT(observer.Restore(state), FailsWith(ErrorCode::kInvalidArgument, ::testing::_));
  }
  EXPECT_EQ(observer.range(), (ValueRange{1, 3}));
}

}  // namespace
}  // namespace slipway::quantize
