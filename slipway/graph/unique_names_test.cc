// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/unique_names.h"

#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

TEST(UniqueNamesTest, GivesEachNameOnce) {
  UniqueNames names(Graph{});

  EXPECT_EQ(names.ForValue("x"), "x");
  EXPECT_EQ(names.ForValue("x"), "x_1");
  EXPECT_EQ(names.ForValue("x"), "x_2");
  EXPECT_EQ(names.ForNode("x"), "x");
}

TEST(UniqueNamesTest, AvoidsNamesOfTheGraphAndItsSubgraphs) {
  Graph body{
      .nodes = {{.name = "deep", .op_type = "Relu", .inputs = {"x"}, .outputs = {"inside"}}}};
  Graph graph{.inputs = {{.name = "x"}}, .outputs = {{.name = "y"}}};
  graph.sparse_initializers["w"] = "";
  graph.nodes.push_back(
      {.name = "If_1",
       .attributes = {{.name = "body", .value = std::make_shared<const Graph>(std::move(body))}}});
  UniqueNames names(graph);

  EXPECT_EQ(names.ForValue("x"), "x_1");
  EXPECT_EQ(names.ForValue("w"), "w_1");
  EXPECT_EQ(names.ForValue("inside"), "inside_1");
  EXPECT_EQ(names.ForNode("deep"), "deep_1");
}

TEST(UniqueNamesTest, NeverGivesTheEmptyName) {
  UniqueNames names(Graph{});

  EXPECT_EQ(names.ForValue(""), "_1");
}

}  // namespace
}  // namespace slipway::graph
