// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_calibrator.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace slipway::quantize
