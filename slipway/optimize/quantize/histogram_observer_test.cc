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

}  // namespace
}  // namespace slipway::quantize
