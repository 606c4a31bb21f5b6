// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/product_layer.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Attributes = std::vector<graph::Attribute>;

constexpr std::string_view kWeight = "w";

ModelBuilder ProductBuilder() {
  ModelBuilder builder;
  builder.Input("x", {-1, 6}).RandomFloats("w", Shape({6, 4}), 1);
  builder.RandomFloats("b", Shape({4}), 1);
  return builder;
}

std::expected<ProductLayer, std::string> LayerOf(ModelBuilder& builder, std::string output) {
  const graph::Model model = builder.Output(std::move(output)).Build();
  return AsProductLayer(model.graph, graph::GraphIndex(model.graph), std::string(kWeight));
}

// Why a Gemm with these attributes is none; empty if it is.
std::string FaultOf(const Attributes& attributes) {
  ModelBuilder builder = ProductBuilder();
  builder.Node("Gemm", {"x", "w", "b"}, "y", attributes);
  const auto layer = LayerOf(builder, "y");
  return layer ? "" : layer.error();
}

TEST(ProductLayerTest, TakesInTheBiasAndTheRelu) {
  ModelBuilder builder = ProductBuilder();
  builder.Node("MatMul", {"x", "w"}, "m").Node("Add", {"b", "m"}, "a").Node("Relu", {"a"}, "y");

  const auto layer = LayerOf(builder, "y");

  ASSERT_TRUE(layer) << layer.error();
  EXPECT_THAT(layer->nodes, ElementsAre(0, 1, 2));
  EXPECT_EQ(layer->input, "x");
  EXPECT_EQ(layer->bias, "b");
  EXPECT_EQ(layer->output, "y");
  EXPECT_TRUE(layer->has_relu);
}

TEST(ProductLayerTest, HasTheBiasOfAGemm) {
  ModelBuilder builder = ProductBuilder();
  builder.Node("Gemm", {"x", "w", "b"}, "y");

  const auto layer = LayerOf(builder, "y");

  ASSERT_TRUE(layer) << layer.error();
  EXPECT_THAT(layer->nodes, ElementsAre(0));
  EXPECT_EQ(layer->bias, "b");
  EXPECT_FALSE(layer->has_relu);
}

TEST(ProductLayerTest, LeavesWhatOthersReadInBetween) {
  ModelBuilder builder = ProductBuilder();
  builder.Node("MatMul", {"x", "w"}, "m").Node("Relu", {"m"}, "r").Node("Sum", {"m", "r"}, "y");

  const auto layer = LayerOf(builder, "y");

  ASSERT_TRUE(layer) << layer.error();
  EXPECT_THAT(layer->nodes, ElementsAre(0));
  EXPECT_EQ(layer->output, "m");
}

TEST(ProductLayerTest, LeavesOutputsOfTheModel) {
  ModelBuilder builder = ProductBuilder();
  builder.Node("MatMul", {"x", "w"}, "m").Node("Relu", {"m"}, "y").Output("m");

  const auto layer = LayerOf(builder, "y");

  ASSERT_TRUE(layer) << layer.error();
  EXPECT_EQ(layer->output, "m");
}

TEST(ProductLayerTest, LeavesATermThatIsNotOneForEachOutput) {
  ModelBuilder builder = ProductBuilder();
  builder.RandomFloats("one", Shape({1}), 1);
  builder.Node("MatMul", {"x", "w"}, "m").Node("Add", {"m", "one"}, "y");

  const auto layer = LayerOf(builder, "y");

  ASSERT_TRUE(layer) << layer.error();
  EXPECT_EQ(layer->bias, "");
  EXPECT_EQ(layer->output, "m");
}

TEST(ProductLayerTest, IsNoneWithFactorsOrATransposedInput) {
  EXPECT_EQ(FaultOf({{"alpha", 1.0F}, {"beta", 1.0F}}), "");
  EXPECT_THAT(FaultOf({{"alpha", 0.5F}}), HasSubstr("alpha or beta"));
  EXPECT_THAT(FaultOf({{"beta", 2.0F}}), HasSubstr("alpha or beta"));
  EXPECT_THAT(FaultOf({{"transA", std::int64_t{1}}}), HasSubstr("transposes its input"));
}

TEST(ProductLayerTest, IsNoneIfSeveralReadTheWeight) {
  ModelBuilder builder = ProductBuilder();
  builder.Node("MatMul", {"x", "w"}, "m").Node("MatMul", {"x", "w"}, "n");
  builder.Node("Add", {"m", "n"}, "y");

  const auto layer = LayerOf(builder, "y");

  ASSERT_FALSE(layer);
  EXPECT_THAT(layer.error(), HasSubstr("several operators read its weight"));
}

TEST(ProductLayerTest, IsNoneForAConvolution) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 5, 5}).RandomFloats("w", Shape({4, 2, 3, 3}), 1);
  builder.Node("Conv", {"x", "w"}, "y");

  const auto layer = LayerOf(builder, "y");

  ASSERT_FALSE(layer);
  EXPECT_THAT(layer.error(), HasSubstr("no operator for convolutions"));
}

}  // namespace
}  // namespace slipway::codebook
