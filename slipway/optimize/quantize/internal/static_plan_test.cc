// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/static_plan.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

StaticPlan PlanOf(const graph::Model& model) { return PlanStaticQuantization(model.graph, {}); }

const NodeDecision& DecisionOf(const StaticPlan& plan, const graph::Model& model,
                               const std::string& node) {
  const auto found = std::ranges::find(model.graph.nodes, node, &graph::Node::name);
  return plan.nodes[static_cast<std::size_t>(found - model.graph.nodes.begin())];
}

std::vector<std::string> CodesOf(const StaticPlan& plan) {
  std::vector<std::string> names;
  for (const auto& [name, value] : plan.values) names.push_back(name);
  return names;
}

TEST(StaticPlanTest, QuantizesTheInputAndWhatComesAfterTheActivation) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 4}).Node("Relu", {"c"}, "r");
  const graph::Model model = builder.Output("r").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_THAT(CodesOf(plan), ElementsAre("r", "x"));
  EXPECT_FALSE(plan.values.at("x").is_produced_as_codes);
  EXPECT_TRUE(plan.values.at("r").is_produced_as_codes);
  EXPECT_TRUE(DecisionOf(plan, model, "c").is_int8);
  EXPECT_THAT(DecisionOf(plan, model, "r").reason, HasSubstr("part of the operator before"));
}

TEST(StaticPlanTest, QuantizesAConvolutionItselfIfMoreThanTheActivationReadsIt) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 4}).Node("Relu", {"c"}, "r");
  const graph::Model model = builder.Node("Neg", {"c"}, "n").Output("r").Output("n").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_THAT(CodesOf(plan), ElementsAre("c", "x"));
  EXPECT_FALSE(DecisionOf(plan, model, "r").is_int8);
}

TEST(StaticPlanTest, GivesPassingOperatorsTheScaleOfWhatTheyPassOn) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 4}).Node("MaxPool", {"c"}, "p");
  builder.Node("Flatten", {"p"}, "f").RandomFloats("w", Shape({64, 10}), 1);
  const graph::Model model = builder.Node("Gemm", {"f", "w"}, "y").Output("y").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_THAT(CodesOf(plan), ElementsAre("c", "f", "p", "x"));
  EXPECT_EQ(plan.values.at("p").range_of, "c");
  EXPECT_EQ(plan.values.at("f").range_of, "c");
  EXPECT_THAT(plan.ValuesToCalibrate(), ElementsAre("c", "x"));
}

TEST(StaticPlanTest, LeavesTheResultOfTheLastMatrixProductInFloat32) {
  ModelBuilder builder;
  builder.Input("x", {-1, 8})
      .RandomFloats("w", Shape({8, 8}), 1)
      .RandomFloats("v", Shape({8, 2}), 1);
  builder.Node("Gemm", {"x", "w"}, "g").Node("Relu", {"g"}, "r").Node("Gemm", {"r", "v"}, "y");
  const graph::Model model = builder.Node("Softmax", {"y"}, "s").Output("s").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_THAT(CodesOf(plan), ElementsAre("r", "x"));
  EXPECT_TRUE(DecisionOf(plan, model, "y").is_int8);
  EXPECT_FALSE(DecisionOf(plan, model, "s").is_int8);
}

TEST(StaticPlanTest, AddsResidualsInInt8) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "a", {4, 4}).Convolution("a", "b", {4, 4});
  builder.Node("Add", {"a", "b"}, "sum").Node("Relu", {"sum"}, "r").Convolution("r", "y", {4, 4});
  const graph::Model model = builder.Output("y").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_TRUE(DecisionOf(plan, model, "sum").is_int8);
  EXPECT_THAT(CodesOf(plan), ElementsAre("a", "b", "r", "x", "y"));
}

TEST(StaticPlanTest, LeavesAnAdditionInFloat32IfNoInt8LayerReadsItsSum) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "a", {4, 4}).Convolution("a", "b", {4, 4});
  const graph::Model model = builder.Node("Add", {"a", "b"}, "sum").Output("sum").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_FALSE(DecisionOf(plan, model, "sum").is_int8);
  EXPECT_THAT(DecisionOf(plan, model, "sum").reason, HasSubstr("no int8 layer reads"));
}

TEST(StaticPlanTest, LeavesAnAdditionInFloat32IfAnOperandIsFloat32) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "a", {4, 4}).Node("Add", {"a", "x"}, "sum");
  const graph::Model model = builder.Convolution("sum", "y", {4, 4}).Output("y").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_FALSE(DecisionOf(plan, model, "sum").is_int8);
  EXPECT_FALSE(plan.values.at("sum").is_produced_as_codes);
}

TEST(StaticPlanTest, LeavesWhatComesBeforeTheFirstLayerInFloat32) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Floats("mean", Shape(), {0.5F}).Node("Sub", {"x", "mean"}, "n");
  const graph::Model model = builder.Convolution("n", "y", {4, 4}).Output("y").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_THAT(CodesOf(plan), ElementsAre("n", "y"));
  EXPECT_THAT(DecisionOf(plan, model, "n").reason, HasSubstr("no int8 form"));
}

TEST(StaticPlanTest, LeavesDepthwiseConvolutionsInFloat32) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).RandomFloats("w", Shape({4, 1, 3, 3}), 1);
  builder.Node("Conv", {"x", "w"}, "d", {{"group", std::int64_t{4}}}).Node("Relu", {"d"}, "r");
  const graph::Model model = builder.Convolution("r", "y", {4, 4, 1}).Output("y").Build();

  const StaticPlan plan = PlanOf(model);

  EXPECT_THAT(DecisionOf(plan, model, "d").reason, HasSubstr("depthwise"));
  EXPECT_FALSE(DecisionOf(plan, model, "r").is_int8);
  EXPECT_THAT(CodesOf(plan), ElementsAre("r", "y"));
}

TEST(StaticPlanTest, LeavesExcludedNodesInFloat32) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "a", {4, 4}).Convolution("a", "b", {4, 4});
  const graph::Model model = builder.Output("b").Build();

  const StaticPlan plan = PlanStaticQuantization(model.graph, {"a"});

  EXPECT_THAT(DecisionOf(plan, model, "a").reason, HasSubstr("excluded"));
  EXPECT_THAT(CodesOf(plan), ElementsAre("a", "b"));
  EXPECT_FALSE(plan.values.at("a").is_produced_as_codes);
}

TEST(StaticPlanTest, PlansNothingWithoutLayers) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4}).Node("Relu", {"x"}, "r").Node("MaxPool", {"r"}, "y").Output("y");

  const StaticPlan plan = PlanOf(builder.Build());

  EXPECT_THAT(plan.layers, IsEmpty());
  EXPECT_THAT(plan.values, IsEmpty());
}

TEST(StaticPlanTest, DoesNotFuseAnActivationThatASubgraphLooksPast) {
  const auto body = std::make_shared<graph::Graph>();
  body->nodes.push_back({.name = "",
                         .op_type = "Identity",
                         .domain = "",
                         .inputs = {"c"},
                         .outputs = {"inner"},
                         .attributes = {},
                         .doc = ""});
  body->outputs.push_back({.name = "inner", .dtype = DataType::kFloat32, .shape = std::nullopt});
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 4}).Node("Relu", {"c"}, "r");
  builder.Constant("cond", Tensor::Of<bool>(Shape(), std::array<bool, 1>{true}));
  const std::shared_ptr<const graph::Graph> branch = body;
  builder.Node("If", {"cond"}, "i", {{"then_branch", branch}, {"else_branch", branch}});
  const graph::Model model = builder.Output("r").Output("i").Build();

  EXPECT_THAT(CodesOf(PlanOf(model)), ElementsAre("c", "x"));
}

}  // namespace
}  // namespace slipway::quantize
