// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/timed_quantization.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/search/testing/two_layers.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace slipway::search {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A stopwatch by which the layers in int8 take so much more than in float32, of one second.
Stopwatch Taking(double first, double second) {
  return [first, second](const graph::Model& model) -> Result<double> {
    return 1 + (IsQuantized(model, "first") ? first : 0) +
           (IsQuantized(model, "second") ? second : 0);
  };
}

class TimedQuantizationTest : public TwoLayers {
 protected:
  Result<quantize::QuantizeReport> Quantize(const Stopwatch& stopwatch) {
    outcome_ = model_;
    return QuantizeWhatGetsFaster(outcome_, calibrator_, options_, stopwatch);
  }

  graph::Model outcome_;
};

TEST_F(TimedQuantizationTest, QuantizesAllThatIsFasterAsAWhole) {
  ASSERT_OK(Quantize(Taking(0.1, -0.3)));

  EXPECT_TRUE(IsQuantized(outcome_, "first"));
  EXPECT_TRUE(IsQuantized(outcome_, "second"));
}

TEST_F(TimedQuantizationTest, LeavesTheLayerThatMakesTheWholeSlower) {
  ASSERT_OK_AND_ASSIGN(const quantize::QuantizeReport report, Quantize(Taking(0.3, -0.1)));

  EXPECT_FALSE(IsQuantized(outcome_, "first"));
  EXPECT_TRUE(IsQuantized(outcome_, "second"));
  const auto layer = std::ranges::find(report.layers, "first", &quantize::LayerReport::name);
  ASSERT_NE(layer, report.layers.end());
  EXPECT_THAT(layer->reason, HasSubstr("gets slower here"));
}

TEST_F(TimedQuantizationTest, KnowsLayersWithoutNamesByTheirOutputs) {
  outcome_ = model_;
  for (graph::Node& node : outcome_.graph.nodes) node.name.clear();
  const Stopwatch stopwatch = [](const graph::Model& model) -> Result<double> {
    return model.graph.FindInitializer("first_weight") == nullptr ? 2.0 : 1.0;
  };

  ASSERT_OK(QuantizeWhatGetsFaster(outcome_, calibrator_, options_, stopwatch));

  EXPECT_NE(outcome_.graph.FindInitializer("first_weight"), nullptr);
  EXPECT_EQ(outcome_.graph.FindInitializer("second_weight"), nullptr);
}

TEST_F(TimedQuantizationTest, IsNotMisledByAMachineThatGetsFasterMeanwhile) {
  double seconds = 1;
  const Stopwatch stopwatch = [&seconds](const graph::Model&) -> Result<double> {
    seconds *= 0.95;
    return seconds;
  };
  TimedQuantization quantization({model_, calibrator_, options_, stopwatch});

  ASSERT_OK(quantization.Start());
  ASSERT_OK(quantization.RejectSlower(std::vector<std::string>{"first", "second"}));
  ASSERT_OK(quantization.Finish());

  EXPECT_TRUE(quantization.rejected().empty());
  EXPECT_TRUE(IsQuantized(quantization.model(), "first"));
  EXPECT_TRUE(IsQuantized(quantization.model(), "second"));
}

TEST_F(TimedQuantizationTest, SaysThatTheResultFailsItsCheckIfTheEngineRefusesIt) {
  const Stopwatch stopwatch = [](const graph::Model& model) -> Result<double> {
    if (IsQuantized(model, "first")) return InvalidArgument("no kernel for \"first\"");
    return 1.0;
  };

  EXPECT_THAT(Quantize(stopwatch),
              FailsWith(ErrorCode::kFailedPrecondition,
                        AllOf(HasSubstr("fails its check"), HasSubstr("no kernel"))));
  EXPECT_FALSE(IsQuantized(outcome_, "first"));
}

TEST_F(TimedQuantizationTest, HandsOnWhatIsWrongWithTheOriginal) {
  const Stopwatch stopwatch = [](const graph::Model&) -> Result<double> {
    return InvalidArgument("samples do not fit");
  };
  EXPECT_THAT(Quantize(stopwatch), FailsWith(ErrorCode::kInvalidArgument, "samples do not fit"));
}

// Of a convolution on one channel, which mostly gets slower in int8, and one on eight.
class SlowKindTest : public TimedQuantizationTest {
 protected:
  Result<quantize::QuantizeReport> QuantizeTaking(double first) {
    slow_ = quantize::testing::ModelBuilder()
                .Input("x", {-1, 1, 6, 6})
                .Convolution("x", "first", {.inputs = 1, .outputs = 8})
                .Convolution("first", "second", {.inputs = 8, .outputs = 8})
                .Output("second")
                .Build();
    quantize::DatasetCalibrator calibrator(*engine_, *slow_samples_);
    return QuantizeWhatGetsFaster(slow_, calibrator, options_, Taking(first, -0.3));
  }

  graph::Model slow_;
  const std::unique_ptr<dataset::SampleSource> slow_samples_ =
      quantize::testing::RandomSamples({4, 1, 6, 6});
};

TEST_F(SlowKindTest, IsQuantizedWhereItGetsFaster) {
  ASSERT_OK(QuantizeTaking(-0.1));

  EXPECT_TRUE(IsQuantized(slow_, "first"));
  EXPECT_TRUE(IsQuantized(slow_, "second"));
}

TEST_F(SlowKindTest, StaysFloat32WhereItGetsSlower) {
  ASSERT_OK_AND_ASSIGN(const quantize::QuantizeReport report, QuantizeTaking(0.1));

  EXPECT_FALSE(IsQuantized(slow_, "first"));
  EXPECT_TRUE(IsQuantized(slow_, "second"));
  const auto layer = std::ranges::find(report.layers, "first", &quantize::LayerReport::name);
  ASSERT_NE(layer, report.layers.end());
  EXPECT_THAT(layer->reason, HasSubstr("mostly slower"));
}

TEST_F(TimedQuantizationTest, LeavesTheModelAsItIsIfNothingHelps) {
  const Stopwatch stopwatch = [](const graph::Model& model) -> Result<double> {
    return IsQuantized(model, "first") || IsQuantized(model, "second") ? 2.0 : 1.0;
  };

  ASSERT_OK_AND_ASSIGN(const quantize::QuantizeReport report, Quantize(stopwatch));

  EXPECT_EQ(*graph::SerializeModel(outcome_), *graph::SerializeModel(model_));
  EXPECT_EQ(report.quantized_layer_count(), 0U);
}

}  // namespace
}  // namespace slipway::search
