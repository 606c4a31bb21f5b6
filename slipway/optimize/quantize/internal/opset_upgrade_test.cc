// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/opset_upgrade.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Integers = std::vector<std::int64_t>;

Status Upgrade(graph::Model& model) { return UpgradeOpset(model, graph::InferValues(model)); }

template <typename T>
std::vector<T> InputOf(const graph::Model& model, std::size_t node, std::size_t input) {
  const auto values =
      model.graph.FindInitializer(model.graph.nodes[node].inputs.at(input))->elements<T>();
  return {values.begin(), values.end()};
}

TEST(OpsetUpgradeTest, LeavesANewEnoughModelAlone) {
  graph::Model model = ModelBuilder(17).Node("Relu", {"x"}, "y").Build();
  ASSERT_OK(Upgrade(model));
  EXPECT_EQ(model.OpsetVersion(), 17);
}

TEST(OpsetUpgradeTest, RaisesTheOpsetAndTheVersionOfTheFormat) {
  graph::Model model = ModelBuilder(9).Node("Relu", {"x"}, "y").Build();
  model.ir_version = 4;

  ASSERT_OK(Upgrade(model));

  EXPECT_EQ(model.OpsetVersion(), 13);
  EXPECT_EQ(model.ir_version, 7);
}

TEST(OpsetUpgradeTest, TurnsTheBoundsOfClipIntoInputs) {
  graph::Model model =
      ModelBuilder(9).Node("Clip", {"x"}, "y", {{"min", 0.0F}, {"max", 6.0F}}).Build();

  ASSERT_OK(Upgrade(model));

  EXPECT_THAT(model.graph.nodes[0].attributes, IsEmpty());
  EXPECT_THAT(InputOf<float>(model, 0, 1), ElementsAre(0));
  EXPECT_THAT(InputOf<float>(model, 0, 2), ElementsAre(6));
}

TEST(OpsetUpgradeTest, TurnsTheListsOfOperatorsIntoInputs) {
  ModelBuilder builder(9);
  builder.Node("Slice", {"x"}, "a", {{"starts", Integers{1}}, {"ends", Integers{3}}});
  builder.Node("Squeeze", {"a"}, "b", {{"axes", Integers{2}}});
  builder.Node("Split", {"b"}, "c", {{"axis", std::int64_t{1}}, {"split", Integers{4}}});
  builder.Node("Pad", {"c"}, "d", {{"pads", Integers{0, 1}}, {"value", 2.0F}});
  graph::Model model = builder.Build();

  ASSERT_OK(Upgrade(model));

  EXPECT_THAT(InputOf<std::int64_t>(model, 0, 1), ElementsAre(1));
  EXPECT_THAT(InputOf<std::int64_t>(model, 0, 2), ElementsAre(3));
  EXPECT_THAT(InputOf<std::int64_t>(model, 1, 1), ElementsAre(2));
  EXPECT_THAT(InputOf<std::int64_t>(model, 2, 1), ElementsAre(4));
  EXPECT_THAT(model.graph.nodes[2].attributes, SizeIs(1));
  EXPECT_THAT(InputOf<std::int64_t>(model, 3, 1), ElementsAre(0, 1));
  EXPECT_THAT(InputOf<float>(model, 3, 2), ElementsAre(2));
}

TEST(OpsetUpgradeTest, KeepsASoftmaxOverTheLastAxis) {
  graph::Model model = ModelBuilder(11).Input("x", {-1, 10}).Node("Softmax", {"x"}, "y").Build();

  ASSERT_OK(Upgrade(model));

  EXPECT_EQ(model.graph.nodes[0].IntAttribute("axis", 0), -1);
}

TEST(OpsetUpgradeTest, RefusesASoftmaxThatMeansSomethingElseNow) {
  graph::Model over_two =
      ModelBuilder(11).Input("x", {-1, 4, 4}).Node("Softmax", {"x"}, "y").Build();
  EXPECT_THAT(Upgrade(over_two),
              FailsWith(ErrorCode::kUnimplemented, HasSubstr("more than the last axis")));
  graph::Model unknown = ModelBuilder(11).Node("Softmax", {"x"}, "y").Build();
  EXPECT_THAT(Upgrade(unknown), FailsWith(ErrorCode::kUnimplemented, HasSubstr("rank")));
}

TEST(OpsetUpgradeTest, RefusesWhatItCannotTranslateAndNamesIt) {
  graph::Model model =
      ModelBuilder(9).Node("Clip", {"x"}, "c").Node("Upsample", {"c"}, "up").Build();

  EXPECT_THAT(Upgrade(model),
              FailsWith(ErrorCode::kUnimplemented, HasSubstr("Upsample \"up\" from opset 9")));
  EXPECT_EQ(model.OpsetVersion(), 9);
  EXPECT_THAT(model.graph.nodes[0].inputs, SizeIs(1));
}

TEST(OpsetUpgradeTest, RefusesModelsThatAreTooOld) {
  graph::Model model = ModelBuilder(6).Node("Relu", {"x"}, "y").Build();
  EXPECT_THAT(Upgrade(model), FailsWith(ErrorCode::kUnimplemented, HasSubstr("opset 6")));
}

TEST(OpsetUpgradeTest, RefusesOldModelsWithSubgraphs) {
  const auto body = std::make_shared<const graph::Graph>();
  graph::Model model = ModelBuilder(11).Node("If", {"c"}, "y", {{"then_branch", body}}).Build();
  EXPECT_THAT(Upgrade(model), FailsWith(ErrorCode::kUnimplemented, HasSubstr("subgraph")));
}

TEST(OpsetUpgradeTest, DropsSpatialBatchNormalizationAndTheRatioOfDropout) {
  ModelBuilder builder(8);
  builder.Node("BatchNormalization", {"x"}, "a", {{"spatial", std::int64_t{1}}});
  graph::Model model = builder.Node("Dropout", {"a"}, "y", {{"ratio", 0.5F}}).Build();

  ASSERT_OK(Upgrade(model));

  EXPECT_THAT(model.graph.nodes[0].attributes, IsEmpty());
  EXPECT_THAT(model.graph.nodes[1].attributes, IsEmpty());
}

}  // namespace
}  // namespace slipway::quantize
