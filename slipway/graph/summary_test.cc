// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/summary.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

ConstantTensor Zeros(DataType dtype, const Shape& shape) {
  return std::make_shared<const Tensor>(*Tensor::Zeros(dtype, shape));
}
ConstantTensor Floats(const Shape& shape) { return Zeros(DataType::kFloat32, shape); }

Node NodeOf(std::string op_type, std::vector<std::string> inputs, std::string output) {
  return {
      .op_type = std::move(op_type), .inputs = std::move(inputs), .outputs = {std::move(output)}};
}

/// A model with input x [n, 1, 8, 8] and output y.
Model ModelOf(std::vector<Node> nodes,
              std::map<std::string, ConstantTensor, std::less<>> initializers) {
  return {.opsets = {{"", 17}, {"com.microsoft", 1}},
          .graph = {.nodes = std::move(nodes),
                    .inputs = {{.name = "x",
                                .dtype = DataType::kFloat32,
                                .shape = {{{.name = "n"}, {.size = 1}, {.size = 8}, {.size = 8}}}}},
                    .outputs = {{.name = "y"}},
                    .initializers = std::move(initializers)}};
}

/// Conv 1 → 4, 3 × 3, then Flatten, then Gemm 144 → 10.
Model SmallCnn() {
  Node conv = NodeOf("Conv", {"x", "w1", "b1"}, "h");
  conv.name = "conv1";
  return ModelOf({conv, NodeOf("Flatten", {"h"}, "f"), NodeOf("Gemm", {"f", "w2", "b2"}, "y")},
                 {{"w1", Floats({4, 1, 3, 3})},
                  {"b1", Floats({4})},
                  {"w2", Floats({144, 10})},
                  {"b2", Floats({10})}});
}

TEST(SummarizeModelTest, SumsUpACnn) {
  const ModelSummary summary = SummarizeModel(SmallCnn());

  EXPECT_EQ(summary.parameters, 36U + 4 + 1440 + 10);
  EXPECT_EQ(summary.weight_bytes, 4 * summary.parameters);
  EXPECT_EQ(summary.macs, 6U * 6 * 4 * 9 + 144 * 10);
  EXPECT_TRUE(summary.macs_are_all);
  EXPECT_THAT(summary.operators, ElementsAre(Pair("Conv", 1), Pair("Flatten", 1), Pair("Gemm", 1)));
}

TEST(SummarizeModelTest, ListsLayersWithFreeDimensions) {
  const ModelSummary summary = SummarizeModel(SmallCnn());

  ASSERT_THAT(summary.layers, SizeIs(3));
  EXPECT_EQ(summary.layers[0].name, "conv1");
  EXPECT_EQ(summary.layers[0].parameters, 40U);
  EXPECT_EQ(summary.layers[0].macs, 1296U);
  EXPECT_EQ(summary.layers[0].weight_bytes, 160U);
  EXPECT_EQ(summary.layers[1].macs, 0U);
  EXPECT_EQ(summary.layers[2].name, "y");
  EXPECT_EQ(summary.layers[2].output_shape, (std::vector<Dimension>{{.name = "n"}, {.size = 10}}));
}

TEST(SummarizeModelTest, InfersShapesOfOutputs) {
  const ModelSummary summary = SummarizeModel(SmallCnn());

  EXPECT_EQ(summary.outputs[0].dtype, DataType::kFloat32);
  EXPECT_EQ(summary.outputs[0].shape, (std::vector<Dimension>{{.name = "n"}, {.size = 10}}));
}

TEST(SummarizeModelTest, CountsIntegerWeightsForTheLayerThatTakesThem) {
  const Model model = ModelOf(
      {NodeOf("QuantizeLinear", {"x", "sx", "zx"}, "xq"),
       NodeOf("DequantizeLinear", {"xq", "sx", "zx"}, "xd"),
       NodeOf("DequantizeLinear", {"w", "sw", "zw"}, "wd"),
       NodeOf("DequantizeLinear", {"b", "sb"}, "bd"), NodeOf("Conv", {"xd", "wd", "bd"}, "y")},
      {{"sx", Floats({})},
       {"zx", Zeros(DataType::kInt8, {})},
       {"w", Zeros(DataType::kInt8, {4, 1, 3, 3})},
       {"sw", Floats({4})},
       {"zw", Zeros(DataType::kInt8, {4})},
       {"b", Zeros(DataType::kInt32, {4})},
       {"sb", Floats({4})}});

  const ModelSummary summary = SummarizeModel(model);

  EXPECT_EQ(summary.parameters, 40U);
  EXPECT_EQ(summary.weight_bytes, 5U + 36 + 16 + 4 + 16 + 16);
  ASSERT_THAT(summary.layers, SizeIs(3));
  EXPECT_EQ(summary.layers[0].parameters, 0U);
  EXPECT_EQ(summary.layers[2].op_type, "Conv");
  EXPECT_EQ(summary.layers[2].parameters, 40U);
  EXPECT_EQ(summary.layers[2].weight_bytes, 36U + 16 + 4 + 16 + 16);
  EXPECT_EQ(summary.layers[2].macs, 1296U);
}

TEST(SummarizeModelTest, CountsSharedWeightsOnce) {
  const Model model = ModelOf({NodeOf("Mul", {"x", "w"}, "h"), NodeOf("Mul", {"h", "w"}, "y")},
                              {{"w", Floats({8})}});

  const ModelSummary summary = SummarizeModel(model);

  EXPECT_EQ(summary.parameters, 8U);
  EXPECT_EQ(summary.layers[0].parameters, 8U);
  EXPECT_EQ(summary.layers[1].parameters, 0U);
}

TEST(SummarizeModelTest, DoesNotCountShapesAndBoundsAsParameters) {
  Node constant = NodeOf("Constant", {}, "low");
  constant.attributes = {{.name = "value", .value = Floats({})}};
  const Model model =
      ModelOf({constant, NodeOf("Clip", {"x", "low"}, "h"), NodeOf("Reshape", {"h", "s"}, "y")},
              {{"s", Zeros(DataType::kInt64, {2})}});

  const ModelSummary summary = SummarizeModel(model);

  EXPECT_EQ(summary.parameters, 0U);
  EXPECT_EQ(summary.weight_bytes, 20U);
  EXPECT_THAT(summary.layers, SizeIs(2));
}

TEST(SummarizeModelTest, CountsWeightsInSubgraphs) {
  Node choose = NodeOf("If", {"x"}, "y");
  choose.attributes = {{.name = "then_branch",
                        .value = std::make_shared<const Graph>(
                            Graph{.nodes = {NodeOf("MatMul", {"x", "w"}, "inside")},
                                  .outputs = {{.name = "inside"}},
                                  .initializers = {{"w", Floats({8, 2})}}})}};

  const ModelSummary summary = SummarizeModel(ModelOf({choose}, {}));

  EXPECT_EQ(summary.parameters, 16U);
  EXPECT_EQ(summary.layers[0].parameters, 16U);
  EXPECT_FALSE(summary.macs_are_all);
  EXPECT_EQ(summary.operators.at("MatMul"), 1U);
}

TEST(SummarizeModelTest, CountsProductsAndTransposedConvolutions) {
  const Model model =
      ModelOf({NodeOf("ConvTranspose", {"x", "w1"}, "h"), NodeOf("MatMul", {"h", "w2"}, "y")},
              {{"w1", Floats({1, 2, 3, 3})}, {"w2", Floats({10, 5})}});

  const ModelSummary summary = SummarizeModel(model);

  EXPECT_EQ(summary.layers[0].macs, 64U * 18);
  EXPECT_EQ(summary.layers[1].macs, 2U * 10 * 5 * 10);
}

TEST(SummarizeModelTest, SaysWhenMacsAreNotKnown) {
  const Model model = ModelOf({NodeOf("Mystery", {"x"}, "h"), NodeOf("MatMul", {"h", "w"}, "y")},
                              {{"w", Floats({8, 2})}});

  const ModelSummary summary = SummarizeModel(model);

  EXPECT_EQ(summary.layers[1].macs, std::nullopt);
  EXPECT_FALSE(summary.macs_are_all);
  EXPECT_EQ(summary.macs, 0U);
}

TEST(SummarizeModelTest, NamesTheDomainOfOperators) {
  Node node = NodeOf("FusedMatMul", {"x", "w"}, "y");
  node.domain = "com.microsoft";

  const ModelSummary summary = SummarizeModel(ModelOf({node}, {{"w", Floats({8, 2})}}));

  EXPECT_EQ(summary.layers[0].op_type, "com.microsoft.FusedMatMul");
  EXPECT_EQ(summary.macs, 8U * 8 * 2);
}

}  // namespace
}  // namespace slipway::graph
