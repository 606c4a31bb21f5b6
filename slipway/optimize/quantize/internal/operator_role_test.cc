// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/operator_role.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;

// The role of a node in a graph with the constants "zero", "one" and "axes".
OperatorRole RoleOfNode(const std::string& op_type, std::vector<std::string> inputs) {
  ModelBuilder builder;
  builder.Floats("zero", Shape(), {0}).Floats("one", Shape(), {1}).Integers("axes", {1});
  const graph::Model model = builder.Node(op_type, std::move(inputs), "y").Build();
  return RoleOf(model.graph.nodes[0], model.graph);
}

TEST(OperatorRoleTest, KnowsTheOperatorsWithWeights) {
  EXPECT_EQ(RoleOfNode("Conv", {"x", "w"}), OperatorRole::kWeighted);
  EXPECT_EQ(RoleOfNode("MatMul", {"x", "w"}), OperatorRole::kWeighted);
  EXPECT_EQ(RoleOfNode("Gemm", {"x", "w", "b"}), OperatorRole::kWeighted);
}

TEST(OperatorRoleTest, ComputesInInt8OnlyWhatVaries) {
  EXPECT_EQ(RoleOfNode("Add", {"x", "y"}), OperatorRole::kComputing);
  EXPECT_EQ(RoleOfNode("Concat", {"x", "y", "z"}), OperatorRole::kComputing);
  EXPECT_EQ(RoleOfNode("Add", {"x", "one"}), OperatorRole::kFloat);
}

TEST(OperatorRoleTest, PassesOnWhatIsMovedByConstants) {
  EXPECT_EQ(RoleOfNode("MaxPool", {"x"}), OperatorRole::kPassing);
  EXPECT_EQ(RoleOfNode("Reshape", {"x", "axes"}), OperatorRole::kPassing);
  EXPECT_EQ(RoleOfNode("Reshape", {"x", "shape"}), OperatorRole::kFloat);
  EXPECT_EQ(RoleOfNode("Gather", {"one", "x"}), OperatorRole::kFloat);
}

TEST(OperatorRoleTest, FusesActivationsThatBeginAtZero) {
  EXPECT_EQ(RoleOfNode("Relu", {"x"}), OperatorRole::kActivation);
  EXPECT_EQ(RoleOfNode("Clip", {"x", "zero", "one"}), OperatorRole::kActivation);
  EXPECT_EQ(RoleOfNode("Clip", {"x", "zero"}), OperatorRole::kActivation);
  EXPECT_EQ(RoleOfNode("Clip", {"x", "one"}), OperatorRole::kFloat);
  EXPECT_EQ(RoleOfNode("Clip", {"x", "", "one"}), OperatorRole::kFloat);
  EXPECT_EQ(RoleOfNode("Clip", {"x", "computed"}), OperatorRole::kFloat);
}

TEST(OperatorRoleTest, LeavesWhatItDoesNotKnow) {
  EXPECT_EQ(RoleOfNode("Softmax", {"x"}), OperatorRole::kFloat);
  EXPECT_EQ(RoleOfNode("Invented", {"x"}), OperatorRole::kFloat);
}

TEST(OperatorRoleTest, LeavesOperatorsOfOtherDomainsAndWithMoreOutputs) {
  ModelBuilder builder;
  graph::Model model = builder.Node("Conv", {"x", "w"}, "y").Build();
  graph::Node& node = model.graph.nodes[0];
  node.domain = "com.example";
  EXPECT_EQ(RoleOf(node, model.graph), OperatorRole::kFloat);
  node.domain = "";
  node.op_type = "MaxPool";
  node.inputs = {"x"};
  node.outputs.emplace_back("indices");
  EXPECT_EQ(RoleOf(node, model.graph), OperatorRole::kFloat);
  node.outputs[1] = "";
  EXPECT_EQ(RoleOf(node, model.graph), OperatorRole::kPassing);
}

}  // namespace
}  // namespace slipway::quantize
