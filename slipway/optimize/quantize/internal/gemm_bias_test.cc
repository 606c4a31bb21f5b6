// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/gemm_bias.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::ElementsAre;
using ::testing::SizeIs;

graph::Graph Canonical(ModelBuilder& builder) {
  graph::Model model = builder.Build();
  CanonicalizeGemmBiases(model.graph, graph::InferValues(model));
  return model.graph;
}

TEST(GemmBiasTest, RepeatsABiasForAllColumns) {
  ModelBuilder builder;
  builder.Floats("w", Shape({3, 1}), {1, 2, 3}).Floats("b", Shape(), {7});
  builder.Node("Gemm", {"x", "w", "b"}, "y", {{"transB", std::int64_t{1}}});

  const graph::Graph graph = Canonical(builder);

  const Tensor& bias = *graph.FindInitializer(graph.nodes[0].inputs[2]);
  EXPECT_EQ(bias.shape(), Shape({3}));
  EXPECT_THAT(bias.elements<float>(), ElementsAre(7, 7, 7));
}

TEST(GemmBiasTest, LeavesACanonicalGemmAlone) {
  ModelBuilder builder;
  builder.Floats("w", Shape({1, 2}), {1, 2}).Floats("b", Shape({2}), {3, 4});

  const graph::Graph graph = Canonical(builder.Node("Gemm", {"x", "w", "b"}, "y"));

  EXPECT_THAT(graph.nodes[0].inputs, ElementsAre("x", "w", "b"));
  EXPECT_THAT(graph.initializers, SizeIs(2));
}

TEST(GemmBiasTest, LeavesABiasForEachElementAlone) {
  ModelBuilder builder;
  builder.Floats("w", Shape({1, 2}), {1, 2}).Floats("b", Shape({2, 2}), {1, 2, 3, 4});

  const graph::Graph graph = Canonical(builder.Node("Gemm", {"x", "w", "b"}, "y"));

  EXPECT_THAT(graph.nodes[0].inputs, ElementsAre("x", "w", "b"));
  EXPECT_EQ(graph.FindInitializer("b")->shape(), Shape({2, 2}));
}

TEST(GemmBiasTest, MakesAProductAndASumOneGemm) {
  ModelBuilder builder;
  builder.Input("x", {-1, 1}).Floats("w", Shape({1, 2}), {1, 2}).Floats("b", Shape({2}), {3, 4});
  builder.Node("MatMul", {"x", "w"}, "p").Node("Add", {"b", "p"}, "y").Output("y");

  const graph::Graph graph = Canonical(builder);

  ASSERT_THAT(graph.nodes, SizeIs(1));
  EXPECT_EQ(graph.nodes[0].op_type, "Gemm");
  EXPECT_THAT(graph.nodes[0].outputs, ElementsAre("y"));
  EXPECT_THAT(graph.FindInitializer(graph.nodes[0].inputs[2])->elements<float>(),
              ElementsAre(3, 4));
}

TEST(GemmBiasTest, LeavesProductsOfMoreThanAMatrixAlone) {
  ModelBuilder builder;
  builder.Input("x", {-1, 5, 1}).Floats("w", Shape({1, 2}), {1, 2}).Floats("b", Shape({2}), {3, 4});
  builder.Node("MatMul", {"x", "w"}, "p").Node("Add", {"b", "p"}, "y").Output("y");

  EXPECT_THAT(Canonical(builder).nodes, SizeIs(2));
}

TEST(GemmBiasTest, LeavesAProductThatIsReadElsewhereAlone) {
  ModelBuilder builder;
  builder.Input("x", {-1, 1}).Floats("w", Shape({1, 2}), {1, 2}).Floats("b", Shape({2}), {3, 4});
  builder.Node("MatMul", {"x", "w"}, "p").Node("Add", {"b", "p"}, "y").Output("y").Output("p");

  EXPECT_THAT(Canonical(builder).nodes, SizeIs(2));
}

}  // namespace
}  // namespace slipway::quantize
