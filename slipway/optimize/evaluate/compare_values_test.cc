// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/compare_values.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/tensor_samples.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <memory>

namespace slipway::evaluate {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

/// x [n,2] → Mul by `factor` → h → Relu → y.
graph::Model ScaledRelu(float factor, const std::string& hidden = "h") {
  graph::Model model;
  model.opsets[""] = 17;
  graph::Graph& graph = model.graph;
  graph.name = "test";
  graph.initializers["factor"] =
      std::make_shared<const Tensor>(Tensor::Of<float>({1}, std::array{factor}));
  graph.nodes = {
      {.name = "scale", .op_type = "Mul", .inputs = {"x", "factor"}, .outputs = {hidden}},
      {.name = "relu", .op_type = "Relu", .inputs = {hidden}, .outputs = {"y"}}};
  const graph::Dimension batch{.name = "n"};
  graph.inputs = {{.name = "x", .dtype = DataType::kFloat32, .shape = {{batch, {.size = 2}}}}};
  graph.outputs = {{.name = "y", .dtype = DataType::kFloat32, .shape = {{batch, {.size = 2}}}}};
  return model;
}

class CompareValuesTest : public ::testing::Test {
 protected:
  Result<std::vector<ValueDifference>> Compare(const graph::Model& original,
                                               const graph::Model& changed,
                                               const CompareOptions& options = {}) {
    return CompareValues(*engine_, {original, changed}, *samples_, options);
  }

  std::unique_ptr<runtime::Engine> engine_ = *runtime::CreateOnnxRuntimeEngine({});
  std::unique_ptr<dataset::SampleSource> samples_ = *dataset::TensorSamples::Create(
      Tensor::Of<float>({3, 2}, std::array{1.0F, -2.0F, 3.0F, 4.0F, -5.0F, 6.0F}));
};

TEST_F(CompareValuesTest, FindsNoDifferenceBetweenAModelAndItself) {
  ASSERT_OK_AND_ASSIGN(const auto values, Compare(ScaledRelu(2), ScaledRelu(2), {.batch_size = 2}));

  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].value, "h");
  EXPECT_EQ(values[0].made_by, "Mul scale");
  EXPECT_EQ(values[1].made_by, "Relu relu");
  for (const ValueDifference& value : values) {
    EXPECT_TRUE(std::isinf(value.snr_db));
    EXPECT_EQ(value.largest_error, 0);
  }
}

TEST_F(CompareValuesTest, MeasuresHowFarEachValueIsOff) {
  ASSERT_OK_AND_ASSIGN(const auto values, Compare(ScaledRelu(1), ScaledRelu(1.5F)));

  ASSERT_EQ(values.size(), 2U);
  EXPECT_NEAR(values[0].snr_db, 20 * std::log10(2), 1e-6);
  EXPECT_DOUBLE_EQ(values[0].largest_error, 3);
}

TEST_F(CompareValuesTest, LooksAtAsManySamplesAsItIsTold) {
  ASSERT_OK_AND_ASSIGN(const auto values,
                       Compare(ScaledRelu(1), ScaledRelu(1.5F), {.max_samples = 1}));

  EXPECT_DOUBLE_EQ(values.at(0).largest_error, 1);
}

TEST_F(CompareValuesTest, LeavesOutWhatOneModelDoesNotHave) {
  ASSERT_OK_AND_ASSIGN(const auto values, Compare(ScaledRelu(1), ScaledRelu(1, "other")));

  ASSERT_EQ(values.size(), 1U);
  EXPECT_EQ(values[0].value, "y");
}

TEST_F(CompareValuesTest, RefusesModelsWithNothingInCommon) {
  graph::Model other = ScaledRelu(1, "other");
  other.graph.nodes.back().outputs = {"z"};
  other.graph.outputs.front().name = "z";

  EXPECT_THAT(Compare(ScaledRelu(1), other),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("in common")));
}

}  // namespace
}  // namespace slipway::evaluate
