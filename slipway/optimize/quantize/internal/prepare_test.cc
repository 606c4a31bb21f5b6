// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/prepare.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(PrepareTest, RefusesQuantizedModelsAndNamesTheOperator) {
  EXPECT_THAT(
      PrepareForQuantization(ModelBuilder().Node("DequantizeLinear", {"x", "s"}, "d").Build()),
      FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("DequantizeLinear \"d\"")));
}

TEST(PrepareTest, RefusesModelsThatAreQuantizedInASubgraph) {
  ModelBuilder inner;
  inner.Node("QLinearConv", {"x"}, "q");
  const auto body = std::make_shared<const graph::Graph>(inner.Build().graph);
  EXPECT_THAT(PrepareForQuantization(
                  ModelBuilder().Node("If", {"c"}, "y", {{"else_branch", body}}).Build()),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("QLinearConv")));
}

TEST(PrepareTest, UpgradesTheOpset) {
  ASSERT_OK_AND_ASSIGN(const graph::Model prepared,
                       PrepareForQuantization(ModelBuilder(9).Node("Relu", {"x"}, "y").Build()));
  EXPECT_EQ(prepared.OpsetVersion(), 13);
}

TEST(PrepareTest, FoldsBatchNormalizationsAndTakesConstantsOutOfNodes) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 8});
  for (const char* name : {"scale", "shift", "mean"}) builder.RandomFloats(name, Shape({8}), 1);
  builder.Floats("variance", Shape({8}), std::vector<float>(8, 2));
  builder.Node("BatchNormalization", {"c", "scale", "shift", "mean", "variance"}, "n");
  const float two = 2;
  const auto value = std::make_shared<const Tensor>(Tensor::Of<float>(Shape(), {&two, 1}));
  builder.Node("Constant", {}, "two", {{"value", graph::ConstantTensor(value)}});
  builder.Node("Mul", {"n", "two"}, "y").Output("y");

  ASSERT_OK_AND_ASSIGN(const graph::Model prepared, PrepareForQuantization(builder.Build()));

  ASSERT_EQ(prepared.graph.nodes.size(), 2);
  EXPECT_EQ(prepared.graph.nodes[0].op_type, "Conv");
  EXPECT_EQ(prepared.graph.nodes[1].op_type, "Mul");
  EXPECT_NE(prepared.graph.FindInitializer("two"), nullptr);
  EXPECT_EQ(prepared.graph.FindInitializer("mean"), nullptr);
}

}  // namespace
}  // namespace slipway::quantize
