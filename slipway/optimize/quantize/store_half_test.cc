// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/store_half.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/model_runs.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::OpsOf;
using ::slipway::quantize::testing::RandomSamples;
using ::slipway::quantize::testing::RelativeSquaredError;
using ::slipway::quantize::testing::RunModel;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

graph::Model HalfNetwork(float largest_weight) {
  ModelBuilder builder;
  std::vector<float> matrix(4096, 0.01F);
  matrix[0] = largest_weight;
  builder.Input("x", {-1, 16, 4, 4}).Convolution("x", "c", {16, 16}).Node("Flatten", {"c"}, "f");
  builder.Floats("w", Shape({256, 16}), matrix).Node("MatMul", {"f", "w"}, "y").Output("y");
  return builder.Build();
}

TEST(StoreHalfTest, ComputesTheSameButForRoundingInHalfTheSize) {
  ASSERT_OK_AND_ASSIGN(const auto engine, runtime::CreateOnnxRuntimeEngine({}));
  const auto samples = RandomSamples(Shape({5, 16, 4, 4}));
  ASSERT_OK_AND_ASSIGN(const auto expected, RunModel(*engine, HalfNetwork(1), *samples));
  for (const DataType type : {DataType::kFloat16, DataType::kBfloat16}) {
    graph::Model model = HalfNetwork(1);

    ASSERT_OK_AND_ASSIGN(const QuantizeReport report, StoreAsHalf(model, type));

    ASSERT_OK_AND_ASSIGN(const auto actual, RunModel(*engine, model, *samples));
    EXPECT_LT(RelativeSquaredError(expected, actual), type == DataType::kFloat16 ? 1e-6 : 3e-5);
    EXPECT_LT(report.quantized_bytes, 0.55 * static_cast<double>(report.float_bytes));
    EXPECT_THAT(OpsOf(model), ElementsAre("Cast", "Cast", "Conv", "Flatten", "MatMul"));
  }
}

TEST(StoreHalfTest, KeepsWhatIsBeyondFloat16) {
  graph::Model model = HalfNetwork(70000);

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, StoreAsHalf(model, DataType::kFloat16));

  EXPECT_THAT(OpsOf(model), ElementsAre("Cast", "Conv", "Flatten", "MatMul"));
  ASSERT_EQ(report.layers.size(), 3);
  EXPECT_EQ(report.layers[0].name, "c_bias");
  EXPECT_THAT(report.layers[0].reason, HasSubstr("too small"));
  EXPECT_EQ(report.layers[1].type, "float16");
  EXPECT_GT(report.layers[1].weight.snr_db, 60);
  EXPECT_THAT(report.layers[2].reason, HasSubstr("beyond float16"));
}

TEST(StoreHalfTest, RefusesWhatIsNotFinite) {
  graph::Model model = HalfNetwork(std::numeric_limits<float>::infinity());
  EXPECT_THAT(StoreAsHalf(model, DataType::kFloat16),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("initializer \"w\"")));
}

TEST(StoreHalfTest, RefusesOtherTypesAndOldModels) {
  graph::Model model = HalfNetwork(1);
  EXPECT_THAT(StoreAsHalf(model, DataType::kInt8),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("int8")));
  model.opsets[""] = 12;
  EXPECT_THAT(StoreAsHalf(model, DataType::kBfloat16),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("opset 12")));
}

}  // namespace
}  // namespace slipway::quantize
