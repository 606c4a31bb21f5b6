// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/pooling_order.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::ElementsAre;

// A pool behind an activation of what the caller feeds, before a layer.
ModelBuilder ActivationThenPool() {
  ModelBuilder builder;
  builder.Input("x", {-1, 8, 8, 8}).Node("Relu", {"x"}, "r").Node("MaxPool", {"r"}, "p");
  return builder.Convolution("p", "y", {8, 8}).Output("y");
}

std::size_t Reorder(graph::Graph& graph) {
  return PoolBeforeActivations(graph, PlanStaticQuantization(graph, {}));
}

TEST(PoolingOrderTest, PoolsBeforeItRectifies) {
  graph::Graph graph = ActivationThenPool().Build().graph;

  EXPECT_EQ(Reorder(graph), 1);

  EXPECT_EQ(graph.nodes[0].op_type, "MaxPool");
  EXPECT_THAT(graph.nodes[0].inputs, ElementsAre("x"));
  EXPECT_THAT(graph.nodes[0].outputs, ElementsAre("x_pooled"));
  EXPECT_EQ(graph.nodes[1].op_type, "Relu");
  EXPECT_THAT(graph.nodes[1].inputs, ElementsAre("x_pooled"));
  EXPECT_THAT(graph.nodes[1].outputs, ElementsAre("p"));
}

TEST(PoolingOrderTest, KeepsThePlanOfTheLayer) {
  graph::Graph graph = ActivationThenPool().Build().graph;
  Reorder(graph);

  const StaticPlan plan = PlanStaticQuantization(graph, {});

  ASSERT_EQ(plan.layers.size(), 1);
  EXPECT_FALSE(plan.values.at("p").is_produced_as_codes);
}

TEST(PoolingOrderTest, LeavesPoolsOfCodesAlone) {
  ModelBuilder builder;
  builder.Input("x", {-1, 8, 8, 8}).Convolution("x", "c", {8, 8}).Node("Relu", {"c"}, "r");
  builder.Node("MaxPool", {"r"}, "p").Convolution("p", "y", {8, 8}).Output("y");
  graph::Graph graph = builder.Build().graph;

  EXPECT_EQ(Reorder(graph), 0);
}

TEST(PoolingOrderTest, LeavesAnActivationThatIsReadElsewhereAlone) {
  ModelBuilder builder = ActivationThenPool();
  graph::Graph graph = builder.Output("r").Build().graph;

  EXPECT_EQ(Reorder(graph), 0);
}

}  // namespace
}  // namespace slipway::quantize
