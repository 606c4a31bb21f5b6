// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/weighted_layer.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::HasSubstr;

std::expected<WeightedLayer, std::string> LayerOf(ModelBuilder& builder) {
  const graph::Model model = builder.Build();
  return AsWeightedLayer(model.graph.nodes[0], 0, model.graph);
}

std::string ReasonOf(ModelBuilder& builder) {
  const auto layer = LayerOf(builder);
  return layer ? "" : layer.error();
}

TEST(WeightedLayerTest, TakesAConvolutionByItsOutputChannels) {
  ModelBuilder builder;
  const auto layer = LayerOf(builder.Convolution("x", "y", {4, 8}));

  ASSERT_TRUE(layer.has_value()) << layer.error();
  EXPECT_EQ(layer->input, "x");
  EXPECT_EQ(layer->weight, "y_weight");
  EXPECT_EQ(layer->bias, "y_bias");
  EXPECT_EQ(layer->layout.channels, 8);
  EXPECT_EQ(layer->layout.axis, 0);
}

TEST(WeightedLayerTest, TakesAMatrixProductByItsColumns) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({3, 5}), 1).Node("MatMul", {"x", "w"}, "y");

  const auto layer = LayerOf(builder);

  ASSERT_TRUE(layer.has_value()) << layer.error();
  EXPECT_EQ(layer->layout.channels, 5);
  EXPECT_EQ(layer->layout.axis, 1);
  EXPECT_EQ(layer->bias, "");
}

TEST(WeightedLayerTest, TakesATransposedGemmByItsRows) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({3, 5}), 1);
  builder.Node("Gemm", {"x", "w"}, "y", {{"transB", std::int64_t{1}}});

  const auto layer = LayerOf(builder);

  ASSERT_TRUE(layer.has_value()) << layer.error();
  EXPECT_EQ(layer->layout.channels, 3);
  EXPECT_EQ(layer->layout.axis, 0);
}

TEST(WeightedLayerTest, LeavesLayersWithoutConstantFloat32Weights) {
  ModelBuilder computed;
  EXPECT_THAT(ReasonOf(computed.Node("Conv", {"x", "w"}, "y")), HasSubstr("not constant"));
  ModelBuilder half;
  half.Constant("w", *Tensor::Zeros(DataType::kFloat16, Shape({2, 2})));
  EXPECT_THAT(ReasonOf(half.Node("MatMul", {"x", "w"}, "y")), HasSubstr("float16"));
  ModelBuilder missing;
  EXPECT_THAT(ReasonOf(missing.Node("MatMul", {"x"}, "y")), HasSubstr("no weight"));
  ModelBuilder empty;
  empty.RandomFloats("w", Shape({0, 2}), 1);
  EXPECT_THAT(ReasonOf(empty.Node("MatMul", {"x", "w"}, "y")), HasSubstr("empty"));
  ModelBuilder folded;
  folded.RandomFloats("w", Shape({2, 2}), 1).RandomFloats("x", Shape({2, 2}), 1);
  EXPECT_THAT(ReasonOf(folded.Node("MatMul", {"x", "w"}, "y")), HasSubstr("input is constant"));
}

TEST(WeightedLayerTest, LeavesBiasesThatHaveNoInt8Form) {
  ModelBuilder computed;
  computed.RandomFloats("w", Shape({3, 5}), 1).Node("Gemm", {"x", "w", "b"}, "y");
  EXPECT_THAT(ReasonOf(computed), HasSubstr("bias is not constant"));
  ModelBuilder matrix;
  matrix.RandomFloats("w", Shape({3, 5}), 1).RandomFloats("b", Shape({2, 5}), 1);
  EXPECT_THAT(ReasonOf(matrix.Node("Gemm", {"x", "w", "b"}, "y")), HasSubstr("float32 [2,5]"));
}

std::string SlowKindOf(ModelBuilder& builder) {
  const graph::Model model = builder.Build();
  const graph::Node& node = model.graph.nodes[0];
  return WhyMostlySlower(node, *AsWeightedLayer(node, 0, model.graph), model.graph);
}

TEST(WeightedLayerTest, KnowsThatDepthwiseConvolutionsAreMostlySlower) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({8, 1, 3, 3}), 1);
  EXPECT_THAT(SlowKindOf(builder.Node("Conv", {"x", "w"}, "y", {{"group", std::int64_t{8}}})),
              HasSubstr("depthwise"));
}

TEST(WeightedLayerTest, KnowsThatSmallKernelsOnFewChannelsAreMostlySlower) {
  ModelBuilder one;
  EXPECT_THAT(SlowKindOf(one.Convolution("x", "y", {1, 32, 5})), HasSubstr("1 input channels"));
  ModelBuilder three;
  EXPECT_THAT(SlowKindOf(three.Convolution("x", "y", {3, 32, 3})), HasSubstr("3 input channels"));
}

TEST(WeightedLayerTest, DoesNotCallOthersSlow) {
  ModelBuilder large;
  EXPECT_EQ(SlowKindOf(large.Convolution("x", "y", {3, 64, 7})), "");
  ModelBuilder product;
  product.RandomFloats("w", Shape({3, 5}), 1).Node("MatMul", {"x", "w"}, "y");
  EXPECT_EQ(SlowKindOf(product), "");
}

TEST(WeightedLayerTest, LeavesGemmsThatAreNotCanonical) {
  ModelBuilder transposed;
  transposed.RandomFloats("w", Shape({3, 5}), 1);
  EXPECT_THAT(ReasonOf(transposed.Node("Gemm", {"x", "w"}, "y", {{"transA", std::int64_t{1}}})),
              HasSubstr("transposes"));
  ModelBuilder scaled;
  scaled.RandomFloats("w", Shape({3, 5}), 1);
  EXPECT_THAT(ReasonOf(scaled.Node("Gemm", {"x", "w"}, "y", {{"alpha", 0.5F}})),
              HasSubstr("alpha is not 1"));
}

TEST(WeightedLayerTest, LeavesStacksOfMatrices) {
  ModelBuilder builder;
  builder.RandomFloats("w", Shape({2, 3, 5}), 1).Node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(ReasonOf(builder), HasSubstr("no matrix"));
}

}  // namespace
}  // namespace slipway::quantize
