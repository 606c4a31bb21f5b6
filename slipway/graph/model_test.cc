// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Node ConvNode() {
  return {.name = "conv",
          .op_type = "Conv",
          .inputs = {"x", "w"},
          .outputs = {"y"},
          .attributes = {{.name = "group", .value = std::int64_t{4}},
                         {.name = "pads", .value = std::vector<std::int64_t>{1, 1}}}};
}

TEST(ModelTest, FindsAttributesByName) {
  const Node node = ConvNode();

  EXPECT_EQ(node.FindAttribute("group"), node.attributes.data());
  EXPECT_EQ(node.FindAttribute("strides"), nullptr);
}

TEST(ModelTest, GivesDefaultsForAttributesThatAreAbsentOrOfAnotherType) {
  const Node node = ConvNode();

  EXPECT_EQ(node.IntAttribute("group", 1), 4);
  EXPECT_EQ(node.IntAttribute("axis", -1), -1);
  EXPECT_EQ(node.IntAttribute("pads", -1), -1);
  EXPECT_THAT(node.IntsAttribute("pads"), ElementsAre(1, 1));
  EXPECT_THAT(node.IntsAttribute("strides"), IsEmpty());
  EXPECT_THAT(node.IntsAttribute("group"), IsEmpty());
}

TEST(ModelTest, FindsInitializersOfEveryKind) {
  Graph graph;
  graph.initializers["dense"] = std::make_shared<const Tensor>();
  graph.sparse_initializers["sparse"] = "";
  graph.opaque_initializers["opaque"] = "";

  EXPECT_EQ(graph.FindInitializer("dense"), graph.initializers["dense"].get());
  EXPECT_EQ(graph.FindInitializer("sparse"), nullptr);
  EXPECT_TRUE(graph.HasInitializer("dense"));
  EXPECT_TRUE(graph.HasInitializer("sparse"));
  EXPECT_TRUE(graph.HasInitializer("opaque"));
  EXPECT_FALSE(graph.HasInitializer("none"));
}

TEST(ModelTest, KnowsWhichOperatorSetsItImports) {
  const Model model{.opsets = {{"", 17}, {"com.microsoft", 1}}};

  EXPECT_EQ(model.OpsetVersion(), 17);
  EXPECT_EQ(model.OpsetVersion("com.microsoft"), 1);
  EXPECT_EQ(model.OpsetVersion("ai.onnx.ml"), 0);
}

}  // namespace
}  // namespace slipway::graph
