// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/topological_order.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/testing/graph_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> NamesOf(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(SortTopologicallyTest, PutsReadersAfterWhatTheyRead) {
  Graph graph{.nodes = {Relu("b", "c"), Relu("a", "b"), Relu("x", "a")}};

  ASSERT_OK(SortTopologically(graph));

  EXPECT_THAT(NamesOf(graph), ElementsAre("a", "b", "c"));
}

TEST(SortTopologicallyTest, LeavesAnOrderThatIsRight) {
  Graph graph{.nodes = {Relu("x", "b"), Relu("x", "a"), Relu("b", "c")}};

  ASSERT_OK(SortTopologically(graph));

  EXPECT_THAT(NamesOf(graph), ElementsAre("b", "a", "c"));
}

TEST(SortTopologicallyTest, MindsWhatSubgraphsRead) {
  Graph body{.nodes = {Relu("a", "inside")}, .outputs = {{.name = "inside"}}};
  Node choose{.name = "if", .op_type = "If", .inputs = {"x"}, .outputs = {"y"}};
  choose.attributes = {{.name = "then_branch", .value = std::make_shared<const Graph>(body)}};
  Graph graph{.nodes = {choose, Relu("x", "a")}};

  ASSERT_OK(SortTopologically(graph));

  EXPECT_THAT(NamesOf(graph), ElementsAre("a", "if"));
}

TEST(SortTopologicallyTest, LeavesACycleAsItIs) {
  Graph graph{.nodes = {Relu("x", "a"), Relu("d", "c"), Relu("c", "d")}};

  EXPECT_THAT(SortTopologically(graph), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("2 of")));
  EXPECT_THAT(NamesOf(graph), ElementsAre("a", "c", "d"));
}

TEST(SortTopologicallyTest, SortsALongChainWithoutRecursion) {
  Graph graph;
  for (int i = 50'000; i > 0; --i) {
    graph.nodes.push_back(Relu(std::to_string(i - 1), std::to_string(i)));
  }

  ASSERT_OK(SortTopologically(graph));

  EXPECT_EQ(graph.nodes.front().name, "1");
}

}  // namespace
}  // namespace slipway::graph
