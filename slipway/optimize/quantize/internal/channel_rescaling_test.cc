// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/channel_rescaling.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/model_runs.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::RandomSamples;
using ::slipway::quantize::testing::RelativeSquaredError;
using ::slipway::quantize::testing::RunModel;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> NamesOf(const std::vector<ScalableValue>& values) {
  std::vector<std::string> names;
  for (const ScalableValue& value : values) names.push_back(value.value);
  return names;
}

// A convolution, a depthwise one, one in groups and one without.
graph::Model Convolutions() {
  ModelBuilder builder;
  builder.Input("x", {-1, 3, 8, 8}).Convolution("x", "a", {3, 8}).Node("Relu", {"a"}, "ar");
  builder.RandomFloats("dw", Shape({8, 1, 3, 3}), 1).RandomFloats("gw", Shape({6, 4, 1, 1}), 1);
  const std::vector<std::int64_t> two = {2, 2};
  builder.Node("Conv", {"ar", "dw"}, "d", {{"group", std::int64_t{8}}});
  builder.Node("MaxPool", {"d"}, "dp", {{"kernel_shape", two}});
  builder.Node("Conv", {"dp", "gw"}, "g", {{"group", std::int64_t{2}}});
  return builder.Convolution("g", "y", {6, 4, 1}).Output("y").Build();
}

// A normalization before two products of different forms, of which one goes on to a third.
graph::Model Transformer() {
  ModelBuilder builder(17);
  builder.Input("x", {-1, 16}).RandomFloats("s", Shape({16}), 1).RandomFloats("t", Shape({16}), 1);
  builder.Node("LayerNormalization", {"x", "s", "t"}, "n");
  builder.RandomFloats("q", Shape({16, 12}), 1).RandomFloats("k", Shape({12, 16}), 1);
  builder.RandomFloats("b", Shape({12}), 1).RandomFloats("v", Shape({12, 5}), 1);
  builder.Node("MatMul", {"n", "q"}, "nq");
  builder.Node("Gemm", {"n", "k", "b"}, "nk", {{"transB", std::int64_t{1}}});
  builder.Node("Relu", {"nk"}, "r").Node("MatMul", {"r", "v"}, "rv");
  return builder.Node("Concat", {"nq", "rv"}, "y", {{"axis", std::int64_t{1}}}).Output("y").Build();
}

class ChannelRescalingTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  void ExpectSame(const graph::Model& before, const graph::Model& after, const Shape& shape) {
    const auto samples = RandomSamples(shape);
    ASSERT_OK_AND_ASSIGN(const auto expected, RunModel(*engine_, before, *samples));
    ASSERT_OK_AND_ASSIGN(const auto actual, RunModel(*engine_, after, *samples));
    EXPECT_LT(RelativeSquaredError(expected, actual), 1e-9);
  }

  std::unique_ptr<runtime::Engine> engine_;
};

TEST_F(ChannelRescalingTest, FindsWhatLiesBetweenLayers) {
  EXPECT_THAT(NamesOf(FindScalableValues(Convolutions().graph)), ElementsAre("ar", "dp", "g"));
  EXPECT_THAT(NamesOf(FindScalableValues(Transformer().graph)), ElementsAre("n", "r"));
}

TEST_F(ChannelRescalingTest, LeavesAloneWhatOthersReadOrOperatorsMix) {
  ModelBuilder read_twice;
  read_twice.Input("x", {-1, 3, 8, 8}).Convolution("x", "a", {3, 4}).Convolution("a", "b", {4, 4});
  read_twice.Node("Sigmoid", {"a"}, "s").Output("b").Output("s");
  EXPECT_THAT(FindScalableValues(read_twice.Build().graph), IsEmpty());

  ModelBuilder given_out;
  given_out.Input("x", {-1, 3, 8, 8}).Convolution("x", "a", {3, 4}).Convolution("a", "b", {4, 4});
  EXPECT_THAT(FindScalableValues(given_out.Output("a").Output("b").Build().graph), IsEmpty());

  ModelBuilder mixed;
  mixed.Input("x", {-1, 3, 8, 8}).Convolution("x", "a", {3, 4}).Node("Sigmoid", {"a"}, "s");
  EXPECT_THAT(FindScalableValues(mixed.Convolution("s", "y", {4, 4}).Output("y").Build().graph),
              IsEmpty());
}

TEST_F(ChannelRescalingTest, KeepsWhatIsComputedWhenItEqualizesWeights) {
  graph::Model model = Convolutions();

  EXPECT_EQ(EqualizeWeights(model.graph), 3);

  ExpectSame(Convolutions(), model, Shape({5, 3, 8, 8}));
}

TEST_F(ChannelRescalingTest, MakesTheLargestWeightsOfAChannelEqual) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2})
      .Floats("v", Shape({2, 2}), {1, 200, -2, 100})
      .Floats("b", Shape({2}), {3, 4});
  builder.Floats("w", Shape({2, 1}), {8, 2}).Node("Gemm", {"x", "v", "b"}, "h");
  graph::Model model = builder.Node("MatMul", {"h", "w"}, "y").Output("y").Build();

  EqualizeWeights(model.graph);

  const auto v = model.graph.FindInitializer("v")->elements<float>();
  const auto w = model.graph.FindInitializer("w")->elements<float>();
  EXPECT_NEAR(std::abs(v[2]), std::abs(w[0]), 1e-4);
  EXPECT_NEAR(std::abs(v[1]), std::abs(w[1]), 1e-4);
  EXPECT_NEAR(model.graph.FindInitializer("b")->elements<float>()[1], 0.4F, 1e-5);
}

TEST_F(ChannelRescalingTest, KeepsWhatIsComputedWhenItSmoothsActivations) {
  graph::Model model = Transformer();
  std::vector<float> largest(16, 0.5F);
  largest[3] = 100;
  largest[4] = 0;

  EXPECT_EQ(SmoothActivations(model.graph, {{"n", largest}, {"r", {1, 2}}}), 1);

  ExpectSame(Transformer(), model, Shape({5, 16}));
  const auto before = Transformer().graph.initializers.at("s");
  const auto after = model.graph.initializers.at("s");
  EXPECT_LT(std::abs(after->elements<float>()[3]), 0.5F * std::abs(before->elements<float>()[3]));
}

TEST_F(ChannelRescalingTest, TakesChannelsWithoutWeights) {
  graph::Model model = Convolutions();
  std::vector<float> weights(8 * 9, 0);
  weights[9] = 3;
  model.graph.initializers["dw"] =
      std::make_shared<const Tensor>(Tensor::Of<float>(Shape({8, 1, 3, 3}), weights));
  graph::Model equalized = model;

  EqualizeWeights(equalized.graph);

  ExpectSame(model, equalized, Shape({5, 3, 8, 8}));
}

}  // namespace
}  // namespace slipway::quantize
