// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/edit.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/testing/is_invalid.h"
#include "slipway/graph/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Node MakeNode(std::string op_type, std::vector<std::string> inputs, std::string output) {
  return {.name = "make_" + output,
          .op_type = std::move(op_type),
          .inputs = std::move(inputs),
          .outputs = {std::move(output)}};
}

Node IfReading(const std::string& value) {
  Graph body{.nodes = {MakeNode("Relu", {value}, "inside")}, .outputs = {{.name = "inside"}}};
  Node node = MakeNode("If", {"x"}, "z");
  node.attributes.push_back(
      {.name = "then_branch", .value = std::make_shared<const Graph>(std::move(body))});
  return node;
}

/// x → Relu → h → (Relu → y, If → z that reads h inside).
Model Branching() {
  return {.opsets = {{"", 17}},
          .graph = {
              .nodes = {MakeNode("Relu", {"x"}, "h"), MakeNode("Relu", {"h"}, "y"), IfReading("h")},
              .inputs = {{.name = "x"}},
              .outputs = {{.name = "y"}, {.name = "z"}}}};
}

const Graph& BodyOf(const Node& node) {
  return *std::get<std::shared_ptr<const Graph>>(node.attributes.front().value);
}

ConstantTensor One() { return std::make_shared<const Tensor>(); }

TEST(InsertAfterTest, PutsTheNodeBetweenAValueAndAllThatReadIt) {
  Model model = Branching();

  ASSERT_OK(InsertAfter(model.graph, "h", MakeNode("Identity", {"h"}, "copy")));

  ASSERT_OK(ValidateModel(model));
  EXPECT_EQ(model.graph.nodes[1].op_type, "Identity");
  EXPECT_THAT(model.graph.nodes[2].inputs, ElementsAre("copy"));
  EXPECT_THAT(BodyOf(model.graph.nodes[3]).nodes[0].inputs, ElementsAre("copy"));
}

TEST(InsertAfterTest, LeavesOutputsOfTheGraphTheirNames) {
  Model model = Branching();

  ASSERT_OK(InsertAfter(model.graph, "y", MakeNode("Identity", {"y"}, "copy")));

  ASSERT_OK(ValidateModel(model));
  EXPECT_EQ(model.graph.outputs[0].name, "y");
}

TEST(InsertAfterTest, SortsWhenTheNodeAlsoReadsSomethingLater) {
  Model model = Branching();
  model.graph.nodes.push_back(MakeNode("Relu", {"x"}, "late"));

  ASSERT_OK(InsertAfter(model.graph, "h", MakeNode("Add", {"h", "late"}, "sum")));

  ASSERT_OK(ValidateModel(model));
}

TEST(InsertAfterTest, RefusesToMakeACycle) {
  Model model = Branching();

  EXPECT_THAT(InsertAfter(model.graph, "h", MakeNode("Add", {"h", "y"}, "sum")),
              IsInvalid("cycle"));
  ASSERT_OK(ValidateModel(model));
  EXPECT_EQ(model.graph.nodes.size(), 3U);
}

TEST(InsertAfterTest, RefusesNodesThatDoNotFit) {
  Graph graph = Branching().graph;

  EXPECT_THAT(InsertAfter(graph, "h", MakeNode("Relu", {"x"}, "new")),
              IsInvalid("does not read \"h\""));
  EXPECT_THAT(InsertAfter(graph, "h", MakeNode("Relu", {"h"}, "y")), IsInvalid("already in use"));
  EXPECT_THAT(InsertAfter(graph, "h", MakeNode("Relu", {"h"}, "inside")),
              IsInvalid("already in use"));
  EXPECT_THAT(InsertAfter(graph, "h", {.op_type = "Relu", .inputs = {"h"}}),
              IsInvalid("makes nothing"));
}

TEST(InsertBeforeTest, ChangesOnlyOneInput) {
  Model model = Branching();

  ASSERT_OK(InsertBefore(model.graph, {.node = 1, .input = 0}, MakeNode("Abs", {"h"}, "copy")));

  ASSERT_OK(ValidateModel(model));
  EXPECT_THAT(model.graph.nodes[2].inputs, ElementsAre("copy"));
  EXPECT_THAT(BodyOf(model.graph.nodes[3]).nodes[0].inputs, ElementsAre("h"));
}

TEST(InsertBeforeTest, RefusesWhatIsNotThere) {
  Graph graph = Branching().graph;

  EXPECT_THAT(InsertBefore(graph, {.node = 9, .input = 0}, MakeNode("Abs", {"x"}, "copy")),
              IsInvalid("no such input"));
  EXPECT_THAT(InsertBefore(graph, {.node = 0, .input = 5}, MakeNode("Abs", {"x"}, "copy")),
              IsInvalid("no such input"));
  EXPECT_THAT(InsertBefore(graph, {.node = 2}, MakeNode("Abs", {"x"}, "copy")),
              IsInvalid("no such input"));
  EXPECT_THAT(InsertBefore(graph, {.node = 0, .input = 0}, MakeNode("Abs", {"h"}, "copy")),
              IsInvalid("made after node 0"));
}

TEST(RenameValueTest, RenamesEverywhere) {
  Model model = Branching();
  model.graph.outputs.push_back({.name = "h"});

  ASSERT_OK(RenameValue(model.graph, "h", "hidden"));

  ASSERT_OK(ValidateModel(model));
  EXPECT_THAT(model.graph.nodes[0].outputs, ElementsAre("hidden"));
  EXPECT_EQ(model.graph.outputs[2].name, "hidden");
  EXPECT_THAT(BodyOf(model.graph.nodes[2]).nodes[0].inputs, ElementsAre("hidden"));
}

TEST(RenameValueTest, RenamesInitializers) {
  Model model = Branching();
  model.graph.initializers["w"] = One();
  model.graph.initializer_extras["w"] = "";

  ASSERT_OK(RenameValue(model.graph, "w", "weights"));

  EXPECT_TRUE(model.graph.initializers.contains("weights"));
  EXPECT_TRUE(model.graph.initializer_extras.contains("weights"));
  EXPECT_FALSE(model.graph.HasInitializer("w"));
}

TEST(RenameValueTest, RefusesNamesInUse) {
  Graph graph = Branching().graph;

  EXPECT_THAT(RenameValue(graph, "h", "y"), FailsWith(ErrorCode::kAlreadyExists, HasSubstr("y")));
  EXPECT_THAT(RenameValue(graph, "h", "inside"),
              FailsWith(ErrorCode::kAlreadyExists, HasSubstr("inside")));
  EXPECT_THAT(RenameValue(graph, "ghost", "a"),
              FailsWith(ErrorCode::kNotFound, HasSubstr("ghost")));
}

TEST(SetConstantInputTest, ReplacesAnInitializerThatNoOneElseReads) {
  Graph graph = Branching().graph;
  graph.initializers["w"] = One();
  graph.nodes.push_back(MakeNode("Add", {"x", "w"}, "sum"));
  const GraphIndex index(graph);
  UniqueNames names(graph);
  const ConstantTensor tensor = One();

  SetConstantInput(graph, index, names, {.node = 3, .input = 1, .tensor = tensor, .name = "w"});

  EXPECT_EQ(graph.initializers.at("w"), tensor);
  EXPECT_THAT(graph.nodes[3].inputs, ElementsAre("x", "w"));
}

TEST(SetConstantInputTest, LeavesAnInitializerThatOthersRead) {
  Graph graph = Branching().graph;
  graph.initializers["w"] = One();
  graph.nodes.push_back(MakeNode("Add", {"w", "w"}, "sum"));
  const GraphIndex index(graph);
  UniqueNames names(graph);

  SetConstantInput(graph, index, names, {.node = 3, .input = 1, .tensor = One(), .name = "w"});
  SetConstantInput(graph, index, names, {.node = 3, .input = 2, .tensor = One(), .name = "b"});

  EXPECT_THAT(graph.nodes[3].inputs, ElementsAre("w", "w_1", "b"));
  EXPECT_EQ(graph.initializers.size(), 3U);
}

}  // namespace
}  // namespace slipway::graph
