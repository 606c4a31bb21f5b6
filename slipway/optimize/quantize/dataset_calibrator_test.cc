// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_calibrator.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/optimize/quantize/moving_average_observer.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ConstantSamples;
using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::RandomSamples;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class DatasetCalibratorTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<RangesByValue> Calibrate(const graph::Model& model, const dataset::SampleSource& samples,
                                  const std::vector<std::string>& values) {
    return DatasetCalibrator(*engine_, samples).Ranges(model, values);
  }

  std::unique_ptr<runtime::Engine> engine_;
};

graph::Model DoubledAndRectified() {
  ModelBuilder builder;
  builder.Input("x", {-1, 3}).Floats("two", Shape(), {2}).Node("Mul", {"x", "two"}, "doubled");
  return builder.Node("Relu", {"doubled"}, "y").Output("y").Build();
}

TEST_F(DatasetCalibratorTest, FindsTheRangesOfInputsInnerValuesAndOutputs) {
  const Tensor rows = Tensor::Of<float>(Shape({2, 3}), std::vector<float>{1, -2, 3, 0, 5, -6});
  const auto samples = *dataset::TensorSamples::Create(rows.Clone());

  ASSERT_OK_AND_ASSIGN(const RangesByValue ranges,
                       Calibrate(DoubledAndRectified(), *samples, {"x", "doubled", "y"}));

  EXPECT_THAT(ranges, SizeIs(3));
  EXPECT_EQ(ranges.at("x"), (ValueRange{-6, 5}));
  EXPECT_EQ(ranges.at("doubled"), (ValueRange{-12, 10}));
  EXPECT_EQ(ranges.at("y"), (ValueRange{0, 10}));
}

TEST_F(DatasetCalibratorTest, FindsTheSameRangesWhateverTheBatches) {
  const auto samples = RandomSamples(Shape({50, 3}));
  CalibrationOptions one_by_one;
  one_by_one.batches.max_batch = 1;
  const std::vector<std::string> values = {"doubled"};

  ASSERT_OK_AND_ASSIGN(const RangesByValue together,
                       Calibrate(DoubledAndRectified(), *samples, values));
  ASSERT_OK_AND_ASSIGN(
      const RangesByValue apart,
      DatasetCalibrator(*engine_, *samples, one_by_one).Ranges(DoubledAndRectified(), values));

  EXPECT_EQ(together, apart);
}

TEST_F(DatasetCalibratorTest, FindsTheMeansAndLargestMagnitudesOfChannels) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 2}).Node("Neg", {"x"}, "y").Output("y");
  const Tensor rows =
      Tensor::Of<float>(Shape({2, 2, 2}), std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
  const auto samples = *dataset::TensorSamples::Create(rows.Clone());
  const std::vector<ChannelValue> values = {{"x", false}, {"y", true}};

  ASSERT_OK_AND_ASSIGN(const ChannelStatistics statistics,
                       DatasetCalibrator(*engine_, *samples).Channels(builder.Build(), values));

  EXPECT_THAT(statistics.means.at("x"), ElementsAre(3.5F, 5.5F));
  EXPECT_THAT(statistics.means.at("y"), ElementsAre(-4, -5));
  EXPECT_THAT(statistics.largest.at("x"), ElementsAre(6, 8));
  EXPECT_THAT(statistics.largest.at("y"), ElementsAre(7, 8));
}

TEST_F(DatasetCalibratorTest, NamesTheValueThatIsNotFinite) {
  ModelBuilder builder;
  builder.Input("x", {-1, 3}).Node("Log", {"x"}, "log").Node("Relu", {"log"}, "y").Output("y");

  EXPECT_THAT(Calibrate(builder.Build(), *ConstantSamples(Shape({2, 3}), 0), {"log"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("value \"log\" is -inf")));
}

TEST_F(DatasetCalibratorTest, RefusesDataThatIsNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(Calibrate(DoubledAndRectified(), *ConstantSamples(Shape({2, 3}), nan), {"x"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("value \"x\" is nan")));
}

TEST_F(DatasetCalibratorTest, RefusesEmptyData) {
  EXPECT_THAT(Calibrate(DoubledAndRectified(), *ConstantSamples(Shape({0, 3}), 0), {"x"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("0 samples")));
}

TEST_F(DatasetCalibratorTest, RefusesDataOfAnotherShape) {
  EXPECT_THAT(Calibrate(DoubledAndRectified(), *ConstantSamples(Shape({2, 4}), 0), {"x"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("samples are float32 [4]")));
}

// Samples that cannot be read from `broken` on.
class BreakingSamples final : public dataset::SampleSource {
 public:
  BreakingSamples(const dataset::SampleSource& samples, std::size_t broken)
      : samples_(samples), broken_(broken) {}
  std::size_t sample_count() const override { return samples_.sample_count(); }
  const Shape& sample_shape() const override { return samples_.sample_shape(); }
  DataType dtype() const override { return samples_.dtype(); }
  Result<Tensor> Read(std::size_t first, std::size_t count) const override {
    if (first + count > broken_) return MakeError(ErrorCode::kUnavailable, "the disk is gone");
    return samples_.Read(first, count);
  }

 private:
  const dataset::SampleSource& samples_;
  const std::size_t broken_;
};

TEST_F(DatasetCalibratorTest, GoesOnWhereItWasInterrupted) {
  const TemporaryFolder folder;
  const auto samples = RandomSamples(Shape({50, 3}));
  CalibrationOptions options = {
      .observer = [] { return std::make_unique<MovingAverageObserver>(); },
      .checkpoint = folder.path() / "checkpoint",
      .checkpoint_interval = std::chrono::seconds(0)};
  options.batches.max_batch = 8;
  const std::vector<std::string> values = {"x", "doubled"};
  const BreakingSamples breaking(*samples, 30);
  EXPECT_THAT(DatasetCalibrator(*engine_, breaking, options).Ranges(DoubledAndRectified(), values),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("gone")));

  ASSERT_OK_AND_ASSIGN(
      const RangesByValue resumed,
      DatasetCalibrator(*engine_, *samples, options).Ranges(DoubledAndRectified(), values));
  // All has been seen: nothing is read but the first sample, by which the data are known.
  const BreakingSamples first_only(*samples, 1);
  ASSERT_OK_AND_ASSIGN(
      const RangesByValue again,
      DatasetCalibrator(*engine_, first_only, options).Ranges(DoubledAndRectified(), values));
  options.checkpoint.clear();
  ASSERT_OK_AND_ASSIGN(
      const RangesByValue at_once,
      DatasetCalibrator(*engine_, *samples, options).Ranges(DoubledAndRectified(), values));

  EXPECT_EQ(resumed, again);
  for (const std::string& value : values) {
    EXPECT_FLOAT_EQ(resumed.at(value).min, at_once.at(value).min);
    EXPECT_FLOAT_EQ(resumed.at(value).max, at_once.at(value).max);
  }
}

TEST_F(DatasetCalibratorTest, LeavesTheCheckpointAloneForAnotherSetOfValues) {
  const TemporaryFolder folder;
  const auto samples = RandomSamples(Shape({50, 3}));
  const CalibrationOptions options = {.checkpoint = folder.path() / "checkpoint"};
  const std::vector<std::string> both = {"x", "doubled"};
  DatasetCalibrator calibrator(*engine_, *samples, options);
  ASSERT_OK_AND_ASSIGN(const RangesByValue ranges, calibrator.Ranges(DoubledAndRectified(), both));

  ASSERT_OK(calibrator.Ranges(DoubledAndRectified(), std::vector<std::string>{"doubled"}));

  ASSERT_OK_AND_ASSIGN(
      const RangesByValue again,
      DatasetCalibrator(*engine_, *samples, options).Ranges(DoubledAndRectified(), both));
  EXPECT_EQ(again, ranges);
}

TEST_F(DatasetCalibratorTest, RefusesACheckpointThatHasSeenMoreThanIsWanted) {
  const TemporaryFolder folder;
  const auto samples = RandomSamples(Shape({50, 3}));
  CalibrationOptions options = {.checkpoint = folder.path() / "checkpoint"};
  const std::vector<std::string> values = {"doubled"};
  ASSERT_OK(DatasetCalibrator(*engine_, *samples, options).Ranges(DoubledAndRectified(), values));
  options.batches.max_samples = 20;
  EXPECT_THAT(DatasetCalibrator(*engine_, *samples, options).Ranges(DoubledAndRectified(), values),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has seen 50 samples")));
}

}  // namespace
}  // namespace slipway::quantize
