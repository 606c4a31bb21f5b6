// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/fold_batch_norm.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/graph/testing/graph_parts.h"
#include "slipway/graph/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace slipway::graph {
namespace {

using ::testing::ElementsAre;

/// x → `layer` → h → BatchNormalization → y. The normalization of channel 0 is 2 · h + 1, of
/// channel 1 is 4 · h - 1.
Model Normalized(Node layer, std::map<std::string, ConstantTensor, std::less<>> weights) {
  layer.inputs.insert(layer.inputs.begin(), {"x", "w"});
  layer.outputs = {"h"};
  Model model{.opsets = {{"", 17}},
              .graph = {.nodes = {std::move(layer),
                                  {.op_type = "BatchNormalization",
                                   .inputs = {"h", "scale", "beta", "mean", "variance"},
                                   .outputs = {"y"},
                                   .attributes = {{.name = "epsilon", .value = 0.0F}}}},
                        .inputs = {{.name = "x"}},
                        .outputs = {{.name = "y"}},
                        .initializers = std::move(weights)}};
  model.graph.initializers["scale"] = Floats({2}, {4, 4});
  model.graph.initializers["beta"] = Floats({2}, {5, 7});
  model.graph.initializers["mean"] = Floats({2}, {2, 2});
  model.graph.initializers["variance"] = Floats({2}, {4, 1});
  return model;
}

std::span<const float> Elements(const Model& model, std::size_t input) {
  return model.graph.FindInitializer(model.graph.nodes[0].inputs[input])->elements<float>();
}

void ExpectFolded(Model& model) {
  EXPECT_EQ(FoldBatchNormalization(model.graph), BatchNormFolding{.folded = 1});
  RemoveUnused(model.graph);
  ASSERT_OK(ValidateModel(model));
  EXPECT_EQ(model.graph.nodes.size(), 1U);
  EXPECT_THAT(model.graph.nodes[0].outputs, ElementsAre("y"));
  EXPECT_EQ(model.graph.initializers.size(), 2U);
}

TEST(FoldBatchNormalizationTest, FoldsIntoAConvolution) {
  Model model =
      Normalized({.op_type = "Conv", .inputs = {"b"}},
                 {{"w", Floats({2, 1, 1, 2}, {1, 2, 3, 4})}, {"b", Floats({2}, {10, 20})}});

  ExpectFolded(model);

  EXPECT_THAT(Elements(model, 1), ElementsAre(2, 4, 12, 16));
  EXPECT_THAT(Elements(model, 2), ElementsAre(21, 79));
}

TEST(FoldBatchNormalizationTest, GivesALayerWithoutABiasOne) {
  Model model = Normalized({.op_type = "Conv"}, {{"w", Floats({2, 1, 1}, {1, 1})}});

  ExpectFolded(model);

  EXPECT_THAT(Elements(model, 2), ElementsAre(1, -1));
}

TEST(FoldBatchNormalizationTest, FoldsIntoATransposedConvolution) {
  Model model = Normalized({.op_type = "ConvTranspose"}, {{"w", Floats({2, 2, 1}, {1, 1, 1, 1})}});

  ExpectFolded(model);

  EXPECT_THAT(Elements(model, 1), ElementsAre(2, 4, 2, 4));
}

TEST(FoldBatchNormalizationTest, FoldsIntoAGroupedTransposedConvolution) {
  Model model = Normalized(
      {.op_type = "ConvTranspose", .attributes = {{.name = "group", .value = std::int64_t{2}}}},
      {{"w", Floats({4, 1, 1}, {1, 1, 1, 1})}});

  ExpectFolded(model);

  EXPECT_THAT(Elements(model, 1), ElementsAre(2, 2, 4, 4));
}

TEST(FoldBatchNormalizationTest, FoldsIntoAGemmEitherWayRound) {
  Model plain = Normalized({.op_type = "Gemm"}, {{"w", Floats({1, 2}, {1, 1})}});
  Model transposed =
      Normalized({.op_type = "Gemm", .attributes = {{.name = "transB", .value = std::int64_t{1}}}},
                 {{"w", Floats({2, 2}, {1, 1, 1, 1})}});

  ExpectFolded(plain);
  ExpectFolded(transposed);

  EXPECT_THAT(Elements(plain, 1), ElementsAre(2, 4));
  EXPECT_THAT(Elements(transposed, 1), ElementsAre(2, 2, 4, 4));
}

TEST(FoldBatchNormalizationTest, TakesBetaOfAGemmIntoTheBias) {
  Model model = Normalized(
      {.op_type = "Gemm", .inputs = {"b"}, .attributes = {{.name = "beta", .value = 0.5F}}},
      {{"w", Floats({1, 2}, {1, 1})}, {"b", Floats({1}, {2})}});

  ExpectFolded(model);

  EXPECT_THAT(Elements(model, 2), ElementsAre(3, 3));
  EXPECT_EQ(model.graph.nodes[0].FindAttribute("beta"), nullptr);
}

TEST(FoldBatchNormalizationTest, CopiesWeightsThatOthersRead) {
  Model model = Normalized({.op_type = "Conv"}, {{"w", Floats({2, 1, 1}, {1, 1})}});
  model.graph.outputs.push_back({.name = "w"});

  EXPECT_EQ(FoldBatchNormalization(model.graph).folded, 1U);

  EXPECT_THAT(model.graph.FindInitializer("w")->elements<float>(), ElementsAre(1, 1));
  EXPECT_THAT(Elements(model, 1), ElementsAre(2, 4));
}

/// Ways to make a model in which nothing may be folded.
class UnfoldableTest : public ::testing::TestWithParam<std::function<void(Graph&)>> {};

TEST_P(UnfoldableTest, IsLeftAsItIs) {
  Model model = Normalized({.op_type = "Gemm", .inputs = {"b"}},
                           {{"w", Floats({1, 2}, {1, 1})}, {"b", Floats({2}, {1, 1})}});
  GetParam()(model.graph);

  EXPECT_EQ(FoldBatchNormalization(model.graph), BatchNormFolding{.left = 1});

  EXPECT_EQ(model.graph.nodes.size(), 2U);
  EXPECT_THAT(model.graph.nodes[0].outputs, ElementsAre("h"));
}

INSTANTIATE_TEST_SUITE_P(
    FoldBatchNormalizationTest, UnfoldableTest,
    ::testing::Values([](Graph& graph) { graph.outputs.push_back({.name = "h"}); },
                      [](Graph& graph) { graph.nodes[0].op_type = "MatMul"; },
                      [](Graph& graph) { graph.initializers.erase("w"); },
                      [](Graph& graph) { graph.initializers.erase("mean"); },
                      [](Graph& graph) { graph.initializers["variance"] = Floats({2}, {0, 1}); },
                      [](Graph& graph) { graph.initializers["scale"] = Floats({3}, {1, 1, 1}); },
                      [](Graph& graph) { graph.initializers["b"] = Floats({2, 1}, {1, 1}); },
                      [](Graph& graph) {
                        graph.nodes[1].attributes.push_back(
                            {.name = "training_mode", .value = std::int64_t{1}});
                      },
                      [](Graph& graph) { graph.nodes[1].outputs.push_back("running_mean"); }));

}  // namespace
}  // namespace slipway::graph
