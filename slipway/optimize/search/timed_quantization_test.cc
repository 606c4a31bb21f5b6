// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/timed_quantization.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/search/testing/two_layers.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace slipway::search {
namespace {

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
