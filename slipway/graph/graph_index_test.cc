// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/graph_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// x → Relu → h; h + h → y; If → z, in whose branch h is read within a branch.
Graph Sample() {
  Graph innermost{.nodes = {{.op_type = "Relu", .inputs = {"h"}, .outputs = {"deep"}}},
                  .outputs = {{.name = "deep"}}};
  Node inner_if{.op_type = "If", .inputs = {"flag"}, .outputs = {"out"}};
  inner_if.attributes.push_back(
      {.name = "then_branch", .value = std::make_shared<const Graph>(std::move(innermost))});
  Graph body{.nodes = {{.op_type = "Not", .inputs = {"x"}, .outputs = {"flag"}}, inner_if},
             .outputs = {{.name = "out"}}};
  Node outer_if{.op_type = "If", .inputs = {"x"}, .outputs = {"z"}};
  outer_if.attributes.push_back(
      {.name = "then_branch", .value = std::make_shared<const Graph>(std::move(body))});
  return {.nodes = {{.op_type = "Relu", .inputs = {"x"}, .outputs = {"h", ""}},
                    {.op_type = "Add", .inputs = {"h", "h", ""}, .outputs = {"y"}},
                    outer_if},
          .inputs = {{.name = "x"}},
          .outputs = {{.name = "z"}}};
}

TEST(GraphIndexTest, KnowsWhoMakesEachValue) {
  const GraphIndex index(Sample());

  EXPECT_EQ(index.ProducerOf("h"), 0U);
  EXPECT_EQ(index.ProducerOf("z"), 2U);
  EXPECT_EQ(index.ProducerOf("x"), std::nullopt);
  EXPECT_EQ(index.ProducerOf("deep"), std::nullopt);
  EXPECT_EQ(index.ProducerOf(""), std::nullopt);
}

TEST(GraphIndexTest, KnowsWhereEachValueIsRead) {
  const GraphIndex index(Sample());

  EXPECT_THAT(index.UsesOf("h"), ElementsAre(ValueUse{.node = 1, .input = 0},
                                             ValueUse{.node = 1, .input = 1}, ValueUse{.node = 2}));
  EXPECT_THAT(index.UsesOf("flag"), IsEmpty());
  EXPECT_THAT(index.UsesOf(""), IsEmpty());
}

TEST(GraphIndexTest, KnowsTheOnlyUse) {
  Graph graph = Sample();
  graph.nodes.push_back({.op_type = "Relu", .inputs = {"y"}, .outputs = {"w"}});
  graph.nodes.push_back({.op_type = "Relu", .inputs = {"z"}, .outputs = {"v"}});
  const GraphIndex index(graph);

  EXPECT_EQ(index.OnlyUseOf("y"), (ValueUse{.node = 3, .input = 0}));
  EXPECT_EQ(index.OnlyUseOf("h"), std::nullopt);
  EXPECT_TRUE(index.IsOutput("z"));
  EXPECT_EQ(index.OnlyUseOf("z"), std::nullopt);
}

}  // namespace
}  // namespace slipway::graph
