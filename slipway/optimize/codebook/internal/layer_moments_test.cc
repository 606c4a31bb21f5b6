// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/layer_moments.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/graph_index.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ConstantSamples;
using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::RandomSamples;
using ::slipway::testing::FailsWith;
using ::testing::Each;
using ::testing::FloatEq;
using ::testing::HasSubstr;

std::vector<WeightLayer> LayersOf(const graph::Model& model) {
  std::vector<WeightLayer> layers;
  for (std::size_t i = 0; i < model.graph.nodes.size(); ++i) {
    if (!HasWeights(model.graph.nodes[i])) continue;
    layers.push_back(*AsWeightLayer(model.graph, graph::GraphIndex(model.graph), i));
  }
  return layers;
}

class LayerMomentsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<LayerMoments> Collect(const graph::Model& model, const dataset::SampleSource& samples,
                               const MomentOptions& options = {}) {
    return CollectMoments(*engine_, {model, samples}, LayersOf(model), options);
  }

  std::unique_ptr<runtime::Engine> engine_;
};

graph::Model TwoProducts() {
  ModelBuilder builder;
  builder.Input("x", {-1, 3}).Floats("w", Shape({3, 2}), {1, 0, 0, 2, 0, 0});
  builder.RandomFloats("v", Shape({2, 4}), 1);
  builder.Node("MatMul", {"x", "w"}, "h").Node("MatMul", {"h", "v"}, "y");
  return builder.Output("y").Build();
}

TEST_F(LayerMomentsTest, SumsUpWhatEachLayerTakesIn) {
  const auto samples = ConstantSamples(Shape({5, 3}), 3);

  ASSERT_OK_AND_ASSIGN(const LayerMoments moments, Collect(TwoProducts(), *samples));

  ASSERT_EQ(moments.size(), 2);
  EXPECT_THAT(moments.at(0)[0].Matrix(0), Each(FloatEq(9)));
  EXPECT_EQ(moments.at(1)[0].row_count(), 5);
  EXPECT_THAT(moments.at(1)[0].Mean(), ::testing::ElementsAre(3, 6));
}

TEST_F(LayerMomentsTest, KeepsTheGroupsOfAConvolutionApart) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2}).Floats("w", Shape({2, 2}), {1, 0, 0, 2}).Integers("s", {-1, 2, 1});
  builder.Node("MatMul", {"x", "w"}, "h").Node("Reshape", {"h", "s"}, "r");
  builder.RandomFloats("k", Shape({4, 1, 1}), 1);
  builder.Node("Conv", {"r", "k"}, "y", {{"group", std::int64_t{2}}});
  const graph::Model model = builder.Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const LayerMoments moments,
                       Collect(model, *ConstantSamples(Shape({5, 2}), 3)));

  ASSERT_EQ(moments.at(2).size(), 2);
  EXPECT_THAT(moments.at(2)[0].Matrix(0), Each(FloatEq(9)));
  EXPECT_THAT(moments.at(2)[1].Matrix(0), Each(FloatEq(36)));
}

TEST_F(LayerMomentsTest, TakesNoMoreSamplesAndRowsThanAskedFor) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "y", {4, 4});
  const graph::Model model = builder.Output("y").Build();
  const auto samples = RandomSamples(Shape({20, 4, 8, 8}));

  ASSERT_OK_AND_ASSIGN(const LayerMoments moments,
                       Collect(model, *samples, {.max_samples = 10, .max_rows = 50}));

  EXPECT_EQ(moments.at(0)[0].row_count(), 50);
}

TEST_F(LayerMomentsTest, LeavesLayersOutThatAreTooWide) {
  ASSERT_OK_AND_ASSIGN(
      const LayerMoments moments,
      Collect(TwoProducts(), *ConstantSamples(Shape({5, 3}), 1), {.max_columns = 2}));

  EXPECT_FALSE(moments.contains(0));
  EXPECT_TRUE(moments.contains(1));
}

TEST_F(LayerMomentsTest, RefusesDataThatIsNotFinite) {
  const auto samples = ConstantSamples(Shape({5, 3}), std::numeric_limits<float>::infinity());
  EXPECT_THAT(Collect(TwoProducts(), *samples),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"x\" is inf")));
}

TEST_F(LayerMomentsTest, RefusesDataThatDoesNotFit) {
  EXPECT_THAT(Collect(TwoProducts(), *ConstantSamples(Shape({5, 4}), 1)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("samples are")));
}

}  // namespace
}  // namespace slipway::codebook
