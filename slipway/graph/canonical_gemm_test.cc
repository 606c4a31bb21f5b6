// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/canonical_gemm.h"

#include "slipway/graph/testing/graph_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::testing::ElementsAre;

Graph GemmGraph(std::vector<Attribute> attributes) {
  return {.nodes = {{.op_type = "Gemm",
                     .inputs = {"x", "w", "b"},
                     .outputs = {"y"},
                     .attributes = std::move(attributes)}},
          .inputs = {{.name = "x"}},
          .outputs = {{.name = "y"}},
          .initializers = {{"w", Floats({2, 3}, {1, 2, 3, 4, 5, 6})}, {"b", Floats({2}, {1, 2})}}};
}

Attribute TransB() { return {.name = "transB", .value = std::int64_t{1}}; }

TEST(CanonicalizeGemmTest, TransposesWeightsToTheFormAskedFor) {
  Graph graph = GemmGraph({TransB()});

  EXPECT_EQ(CanonicalizeGemm(graph, GemmWeights::kInputsByOutputs), 1U);

  EXPECT_EQ(graph.FindInitializer("w")->shape(), Shape({3, 2}));
  EXPECT_THAT(graph.FindInitializer("w")->elements<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_EQ(graph.nodes[0].IntAttribute("transB", 0), 0);
}

TEST(CanonicalizeGemmTest, GoesBackAgain) {
  Graph graph = GemmGraph({});

  EXPECT_EQ(CanonicalizeGemm(graph, GemmWeights::kOutputsByInputs), 1U);
  EXPECT_EQ(graph.nodes[0].IntAttribute("transB", 0), 1);
  EXPECT_EQ(CanonicalizeGemm(graph, GemmWeights::kInputsByOutputs), 1U);

  EXPECT_THAT(graph.FindInitializer("w")->elements<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(CanonicalizeGemmTest, LeavesWhatHasTheForm) {
  Graph graph = GemmGraph({TransB()});

  EXPECT_EQ(CanonicalizeGemm(graph, GemmWeights::kOutputsByInputs), 0U);
}

TEST(CanonicalizeGemmTest, MultipliesFactorsIntoConstants) {
  Graph graph =
      GemmGraph({{.name = "alpha", .value = 2.0F}, {.name = "beta", .value = 3.0F}, TransB()});

  EXPECT_EQ(CanonicalizeGemm(graph, GemmWeights::kOutputsByInputs), 1U);

  EXPECT_THAT(graph.FindInitializer("w")->elements<float>(), ElementsAre(2, 4, 6, 8, 10, 12));
  EXPECT_THAT(graph.FindInitializer("b")->elements<float>(), ElementsAre(3, 6));
  EXPECT_EQ(graph.nodes[0].attributes.size(), 1U);
}

TEST(CanonicalizeGemmTest, KeepsTheFactorOfABiasThatIsComputed) {
  Graph graph = GemmGraph({{.name = "beta", .value = 3.0F}});
  graph.nodes[0].inputs[2] = "x";

  CanonicalizeGemm(graph, GemmWeights::kOutputsByInputs);

  EXPECT_NE(graph.nodes[0].FindAttribute("beta"), nullptr);
}

TEST(CanonicalizeGemmTest, CopiesWeightsThatOthersRead) {
  Graph graph = GemmGraph({});
  graph.nodes.push_back({.op_type = "Relu", .inputs = {"w"}, .outputs = {"z"}});

  CanonicalizeGemm(graph, GemmWeights::kOutputsByInputs);

  EXPECT_EQ(graph.FindInitializer("w")->shape(), Shape({2, 3}));
  EXPECT_EQ(graph.FindInitializer(graph.nodes[0].inputs[1])->shape(), Shape({3, 2}));
}

TEST(CanonicalizeGemmTest, LeavesWeightsThatAreComputed) {
  Graph graph = GemmGraph({});
  graph.initializers.erase("w");

  EXPECT_EQ(CanonicalizeGemm(graph, GemmWeights::kOutputsByInputs), 0U);
}

}  // namespace
}  // namespace slipway::graph
