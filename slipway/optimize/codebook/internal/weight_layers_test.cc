// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/weight_layers.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::HasSubstr;

std::expected<WeightLayer, std::string> LayerAt(const graph::Model& model, std::size_t index) {
  return AsWeightLayer(model.graph, graph::GraphIndex(model.graph), index);
}

// Why the last node of `model` keeps its weights.
std::string Reason(const graph::Model& model) {
  const auto layer = LayerAt(model, model.graph.nodes.size() - 1);
  return layer ? "none" : layer.error();
}

TEST(WeightLayersTest, KnowsHowWeightsLie) {
  ModelBuilder builder;
  builder.Convolution("x", "c", {3, 8}).RandomFloats("w", Shape({5, 7}), 1);
  builder.RandomFloats("v", Shape({5, 7}), 1).RandomFloats("u", Shape({5, 7}), 1);
  builder.Node("Gemm", {"a", "w"}, "g", {{"transB", std::int64_t{1}}});
  builder.Node("Gemm", {"a", "v"}, "h").Node("MatMul", {"a", "u"}, "m");
  const graph::Model model = builder.Build();

  EXPECT_EQ(LayerAt(model, 0)->layout, RowsFirst(Shape({8, 3, 3, 3})));
  EXPECT_EQ(LayerAt(model, 1)->layout, RowsFirst(Shape({5, 7})));
  EXPECT_EQ(LayerAt(model, 2)->layout, ColumnsFirst(Shape({5, 7})));
  EXPECT_EQ(LayerAt(model, 3)->layout, ColumnsFirst(Shape({5, 7})));
}

TEST(WeightLayersTest, FindsABiasThatTheLayerHasAlone) {
  ModelBuilder builder;
  EXPECT_EQ(LayerAt(builder.Convolution("x", "c", {3, 8}).Build(), 0)->bias, "c_bias");
  builder.Node("Relu", {"c_bias"}, "r");
  EXPECT_EQ(LayerAt(builder.Build(), 0)->bias, "");
}

TEST(WeightLayersTest, LeavesABiasThatIsMultiplied) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({5, 7}), 1).RandomFloats("b", Shape({7}), 1);
  builder.Node("Gemm", {"a", "w", "b"}, "g", {{"beta", 0.5F}});
  EXPECT_EQ(LayerAt(builder.Build(), 0)->bias, "");
}

TEST(WeightLayersTest, LeavesWeightsThatAreNoFloatConstants) {
  EXPECT_THAT(Reason(ModelBuilder().Node("MatMul", {"a", "b"}, "m").Build()),
              HasSubstr("no constant"));
  EXPECT_THAT(Reason(ModelBuilder().Node("MatMul", {"a"}, "m").Build()), HasSubstr("no weight"));
  EXPECT_THAT(Reason(ModelBuilder().Integers("w", {1, 2}).Node("MatMul", {"a", "w"}, "m").Build()),
              HasSubstr("its weight is int64"));
  EXPECT_THAT(Reason(ModelBuilder()
                         .RandomFloats("w", Shape({2, 3, 4}), 1)
                         .Node("MatMul", {"a", "w"}, "m")
                         .Build()),
              HasSubstr("[2,3,4]"));
  EXPECT_THAT(
      Reason(ModelBuilder().Floats("w", Shape({0, 4}), {}).Node("MatMul", {"a", "w"}, "m").Build()),
      HasSubstr("empty"));
}

TEST(WeightLayersTest, CodesAWeightOfSeveralLayersOnce) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({5, 7}), 1);
  builder.Node("MatMul", {"a", "w"}, "m").Node("MatMul", {"b", "w"}, "n");
  EXPECT_TRUE(LayerAt(builder.Build(), 0));
  EXPECT_THAT(Reason(builder.Build()), HasSubstr("the weight of \"m\""));
}

TEST(WeightLayersTest, LeavesWeightsThatAreReadInOtherWays) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({5, 5}), 1).Node("Relu", {"w"}, "r");
  EXPECT_THAT(Reason(builder.Node("MatMul", {"a", "w"}, "m").Build()),
              HasSubstr("read in other ways"));
  ModelBuilder transposed;
  transposed.RandomFloats("w", Shape({5, 5}), 1);
  transposed.Node("Gemm", {"a", "w"}, "g", {{"transB", std::int64_t{1}}});
  EXPECT_THAT(Reason(transposed.Node("MatMul", {"a", "w"}, "m").Build()),
              HasSubstr("read in other ways"));
}

TEST(WeightLayersTest, LeavesWeightsThatAreOutputs) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({5, 5}), 1).Node("MatMul", {"a", "w"}, "m").Output("w");
  EXPECT_THAT(Reason(builder.Build()), HasSubstr("output of the model"));
}

}  // namespace
}  // namespace slipway::codebook
