// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/min_max_observer.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

std::vector<float> RandomValues(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

class OtherObserver final : public RangeObserver {
 public:
  void Observe(std::span<const float> /*values*/, std::size_t /*samples*/) override {}
  Status Merge(const RangeObserver& /*other*/) override { return {}; }
  ObserverState state() const override { return {}; }
  Status Restore(const ObserverState& /*state*/) override { return {}; }
  ValueRange range() const override { return {}; }
};

TEST(MinMaxObserverTest, FindsTheExtremesWhateverTheLength) {
  for (std::size_t count = 1; count < 70; ++count) {
    const std::vector<float> values = RandomValues(count, 1);
    MinMaxObserver observer;

    observer.Observe(values, 1);

    EXPECT_EQ(observer.range(), (ValueRange{std::ranges::min(values), std::ranges::max(values)}));
  }
}

TEST(MinMaxObserverTest, HasARangeOfZeroBeforeItSeesAnything) {
  MinMaxObserver observer;
  observer.Observe({}, 1);
  EXPECT_EQ(observer.range(), ValueRange{});
}

TEST(MinMaxObserverTest, SeesTheSameInPartsAndMergedAsInOne) {
  const std::vector<float> values = RandomValues(300, 2);
  const std::span<const float> all(values);
  MinMaxObserver one;
  one.Observe(all, 1);
  MinMaxObserver first;
  first.Observe(all.first(17), 1);
  first.Observe(all.subspan(17, 100), 10);
  MinMaxObserver second;
  second.Observe(all.subspan(117), 1);

  ASSERT_OK(first.Merge(second));
  ASSERT_OK(first.Merge(MinMaxObserver()));

  EXPECT_EQ(first.range(), one.range());
}

TEST(MinMaxObserverTest, RefusesToMergeWithAnotherKind) {
  MinMaxObserver observer;
  EXPECT_THAT(observer.Merge(OtherObserver()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("its like")));
}

TEST(MinMaxObserverTest, GoesOnFromItsState) {
  MinMaxObserver observer;
  observer.Observe(std::vector<float>{1, -2}, 1);
  MinMaxObserver restored;

  ASSERT_OK(restored.Restore(observer.state()));
  observer.Observe(std::vector<float>{4, 0}, 1);
  restored.Observe(std::vector<float>{4, 0}, 1);

  EXPECT_EQ(restored.range(), observer.range());
}

TEST(MinMaxObserverTest, RefusesStatesThatItCannotBeIn) {
  MinMaxObserver observer;
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
