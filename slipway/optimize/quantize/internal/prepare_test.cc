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

}  // namespace
}  // namespace slipway::quantize
