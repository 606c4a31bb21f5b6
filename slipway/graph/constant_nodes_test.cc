// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/constant_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Node Constant(std::string output, Attribute attribute) {
  return {
      .op_type = "Constant", .outputs = {std::move(output)}, .attributes = {std::move(attribute)}};
}

TEST(TurnConstantsIntoInitializersTest, TurnsEveryKindOfValue) {
  const auto tensor = std::make_shared<const Tensor>();
  Graph graph{
      .nodes = {Constant("a", {.name = "value", .value = tensor}),
                Constant("b", {.name = "value_int", .value = std::int64_t{4}}),
                Constant("c", {.name = "value_float", .value = 2.5F}),
                Constant("d", {.name = "value_ints", .value = std::vector<std::int64_t>{1, 2}}),
                Constant("e", {.name = "value_floats", .value = std::vector<float>{3}})}};

  EXPECT_EQ(TurnConstantsIntoInitializers(graph), 5U);

  EXPECT_THAT(graph.nodes, SizeIs(0));
  EXPECT_EQ(graph.initializers.at("a"), tensor);
  EXPECT_THAT(graph.FindInitializer("b")->elements<std::int64_t>(), ElementsAre(4));
  EXPECT_EQ(graph.FindInitializer("b")->shape(), Shape());
  EXPECT_THAT(graph.FindInitializer("c")->elements<float>(), ElementsAre(2.5F));
  EXPECT_THAT(graph.FindInitializer("d")->elements<std::int64_t>(), ElementsAre(1, 2));
  EXPECT_THAT(graph.FindInitializer("e")->elements<float>(), ElementsAre(3));
}

TEST(TurnConstantsIntoInitializersTest, LeavesOutputsAndSparseValues) {
  Graph graph{.nodes = {Constant("y", {.name = "value_int", .value = std::int64_t{4}}),
                        Constant("s", {.name = "sparse_value", .value = Attribute::Opaque{}})},
              .outputs = {{.name = "y"}}};

  EXPECT_EQ(TurnConstantsIntoInitializers(graph), 0U);
  EXPECT_THAT(graph.nodes, SizeIs(2));
}

TEST(TurnConstantsIntoInitializersTest, LooksIntoSubgraphs) {
  const auto body = std::make_shared<const Graph>(
      Graph{.nodes = {Constant("w", {.name = "value_int", .value = std::int64_t{4}})}});
  Graph graph{.nodes = {{.op_type = "If", .attributes = {{.name = "then_branch", .value = body}}}}};

  EXPECT_EQ(TurnConstantsIntoInitializers(graph), 1U);

  const auto& turned = std::get<std::shared_ptr<const Graph>>(graph.nodes[0].attributes[0].value);
  EXPECT_TRUE(turned->HasInitializer("w"));
  EXPECT_FALSE(body->HasInitializer("w")) << "a graph that others may share has changed";
}

}  // namespace
}  // namespace slipway::graph
