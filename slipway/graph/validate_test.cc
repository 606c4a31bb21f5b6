// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/validate.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/testing/graph_parts.h"
#include "slipway/graph/testing/is_invalid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// x → Relu → h → Relu → y.
Model Chain() {
  return {.opsets = {{"", 17}},
          .graph = {.name = "chain",
                    .nodes = {Relu("x", "h"), Relu("h", "y")},
                    .inputs = {{.name = "x"}},
                    .outputs = {{.name = "y"}}}};
}

Node IfNode(Graph then_branch) {
  return {.name = "choose",
          .op_type = "If",
          .inputs = {"x"},
          .outputs = {"z"},
          .attributes = {{.name = "then_branch",
                          .value = std::make_shared<const Graph>(std::move(then_branch))}}};
}

TEST(ValidateModelTest, AcceptsAChain) { ASSERT_OK(ValidateModel(Chain())); }

TEST(ValidateModelTest, AcceptsOptionalInputsAndOutputsLeftOut) {
  Model model = Chain();
  model.graph.nodes[0].inputs.emplace_back();
  model.graph.nodes[0].outputs.emplace_back();
  model.graph.nodes[1].outputs.emplace_back();

  ASSERT_OK(ValidateModel(model));
}

TEST(ValidateModelTest, RefusesValuesMadeTwice) {
  Model model = Chain();
  model.graph.nodes[1].name = "";
  model.graph.nodes[1].outputs = {"h"};

  EXPECT_THAT(ValidateModel(model), IsInvalid("Relu node that makes \"h\" makes \"h\", which"));
}

TEST(ValidateModelTest, RefusesInitializersNamedLikeInputs) {
  Model model = Chain();
  model.graph.initializers["x"] = std::make_shared<const Tensor>();

  EXPECT_THAT(ValidateModel(model), IsInvalid("an initializer makes \"x\""));
}

TEST(ValidateModelTest, RefusesInputsThatNothingMakes) {
  Model model = Chain();
  model.graph.nodes[0].inputs = {"ghost"};

  EXPECT_THAT(ValidateModel(model), IsInvalid("reads \"ghost\", which nothing makes"));
}

TEST(ValidateModelTest, RefusesNodesOutOfOrder) {
  Model model = Chain();
  std::swap(model.graph.nodes[0], model.graph.nodes[1]);

  EXPECT_THAT(ValidateModel(model), IsInvalid("not in order"));
}

TEST(ValidateModelTest, RefusesCycles) {
  Model model = Chain();
  model.graph.nodes[0].inputs = {"y"};

  EXPECT_THAT(ValidateModel(model), IsInvalid("form a cycle"));
}

TEST(ValidateModelTest, RefusesNodesThatReadThemselves) {
  Model model = Chain();
  model.graph.nodes[0].inputs = {"h"};

  EXPECT_THAT(ValidateModel(model), IsInvalid("which it makes itself"));
}

TEST(ValidateModelTest, RefusesOutputsThatNothingMakes) {
  Model model = Chain();
  model.graph.outputs.push_back({.name = "ghost"});

  EXPECT_THAT(ValidateModel(model), IsInvalid("nothing makes output \"ghost\""));
}

TEST(ValidateModelTest, RefusesOutputsListedTwice) {
  Model model = Chain();
  model.graph.outputs.push_back({.name = "y"});

  EXPECT_THAT(ValidateModel(model), IsInvalid("output \"y\" is listed twice"));
}

TEST(ValidateModelTest, RefusesDomainsThatAreNotImported) {
  Model model = Chain();
  model.graph.nodes[1].domain = "com.microsoft";

  EXPECT_THAT(ValidateModel(model),
              IsInvalid("domain \"com.microsoft\", of which the model imports no operator set"));
}

TEST(ValidateModelTest, RefusesAttributesThatComeTwice) {
  Model model = Chain();
  model.graph.nodes[0].attributes = {{.name = "alpha"}, {.name = "alpha"}};

  EXPECT_THAT(ValidateModel(model), IsInvalid("has attribute \"alpha\" twice"));
}

TEST(ValidateModelTest, RefusesNodesWithoutAnOperator) {
  Model model = Chain();
  model.graph.nodes[0].op_type.clear();

  EXPECT_THAT(ValidateModel(model), IsInvalid("no operator type"));
}

TEST(ValidateModelTest, LetsSubgraphsReadWhatLiesAroundThem) {
  Model model = Chain();
  model.graph.nodes.push_back(
      IfNode({.nodes = {Relu("h", "inner")}, .outputs = {{.name = "inner"}}}));

  ASSERT_OK(ValidateModel(model));
}

TEST(ValidateModelTest, KeepsValuesOfSubgraphsInside) {
  Model model = Chain();
  model.graph.nodes.push_back(
      IfNode({.nodes = {Relu("h", "inner")}, .outputs = {{.name = "inner"}}}));
  model.graph.nodes.push_back(Relu("inner", "w"));

  EXPECT_THAT(ValidateModel(model), IsInvalid("reads \"inner\", which nothing makes"));
}

TEST(ValidateModelTest, LetsTwoBranchesUseTheSameNames) {
  Model model = Chain();
  Node choose = IfNode({.nodes = {Relu("h", "inner")}, .outputs = {{.name = "inner"}}});
  choose.attributes.push_back(choose.attributes.front());
  choose.attributes.back().name = "else_branch";
  model.graph.nodes.push_back(choose);

  ASSERT_OK(ValidateModel(model));
}

TEST(ValidateModelTest, RefusesSubgraphsThatHideOuterNames) {
  Model model = Chain();
  model.graph.nodes.push_back(IfNode({.nodes = {Relu("x", "h")}, .outputs = {{.name = "h"}}}));

  EXPECT_THAT(ValidateModel(model), AllOf(IsInvalid("graph \"then_branch\" of node \"choose\""),
                                          IsInvalid("makes \"h\"")));
}

}  // namespace
}  // namespace slipway::graph
