// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/remove_unused.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::testing::SizeIs;

Node ReluWithSpares(std::string input, std::string output) {
  return {.op_type = "Relu", .inputs = {std::move(input), ""}, .outputs = {std::move(output), ""}};
}

TEST(RemoveUnusedTest, RemovesWhatNoOutputDependsOn) {
  Graph graph{.nodes = {ReluWithSpares("x", "y"), ReluWithSpares("w", "dead"),
                        ReluWithSpares("dead", "dead_too")},
              .inputs = {{.name = "x"}},
              .outputs = {{.name = "y"}},
              .values = {{.name = "y"}, {.name = "dead"}},
              .initializers = {{"w", std::make_shared<const Tensor>()}},
              .initializer_extras = {{"w", ""}}};

  EXPECT_EQ(RemoveUnused(graph), (RemovedCounts{.nodes = 2, .initializers = 1}));

  EXPECT_THAT(graph.nodes, SizeIs(1));
  EXPECT_THAT(graph.initializers, SizeIs(0));
  EXPECT_THAT(graph.initializer_extras, SizeIs(0));
  EXPECT_THAT(graph.values, SizeIs(1));
}

TEST(RemoveUnusedTest, KeepsWhatSubgraphsRead) {
  Graph body{.nodes = {ReluWithSpares("h", "inside"), ReluWithSpares("w", "unused")},
             .outputs = {{.name = "inside"}}};
  Node choose{.op_type = "If", .inputs = {"x"}, .outputs = {"y"}};
  choose.attributes = {{.name = "then_branch", .value = std::make_shared<const Graph>(body)}};
  Graph graph{.nodes = {ReluWithSpares("x", "h"), choose},
              .outputs = {{.name = "y"}},
              .sparse_initializers = {{"w", ""}}};

  EXPECT_EQ(RemoveUnused(graph), RemovedCounts{});
}

TEST(RemoveUnusedTest, KeepsInitializersThatAreOutputs) {
  Graph graph{.outputs = {{.name = "w"}},
              .initializers = {{"w", std::make_shared<const Tensor>()}}};

  EXPECT_EQ(RemoveUnused(graph), RemovedCounts{});
}

}  // namespace
}  // namespace slipway::graph
