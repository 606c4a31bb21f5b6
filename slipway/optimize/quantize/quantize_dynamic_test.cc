// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_dynamic.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/model_runs.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ConstantSamples;
using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::OpsOf;
using ::slipway::quantize::testing::RandomSamples;
using ::slipway::quantize::testing::RelativeSquaredError;
using ::slipway::quantize::testing::RunModel;
using ::slipway::testing::FailsWith;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A convolution and three matrix products, two of which read the same value.
graph::Model Network() {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 4, 4}).Convolution("x", "c", {4, 8}).Node("Flatten", {"c"}, "f");
  builder.RandomFloats("w", Shape({32, 128}), 0.1F).RandomFloats("b", Shape({32}), 0.1F);
  builder.RandomFloats("v", Shape({128, 32}), 0.1F).RandomFloats("u", Shape({32, 8}), 0.1F);
  builder.Node("Gemm", {"f", "w", "b"}, "g", {{"transB", std::int64_t{1}}});
  builder.Node("MatMul", {"f", "v"}, "m").Node("Mul", {"g", "m"}, "p");
  return builder.Node("MatMul", {"p", "u"}, "y").Output("y").Build();
}

class QuantizeDynamicTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  std::unique_ptr<runtime::Engine> engine_;
};

TEST_F(QuantizeDynamicTest, KeepsWhatProductsCompute) {
  const auto samples = RandomSamples(Shape({16, 4, 4, 4}));
  ASSERT_OK_AND_ASSIGN(const auto expected, RunModel(*engine_, Network(), *samples));
  graph::Model model = Network();

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, QuantizeDynamic(model, {}));

  ASSERT_OK_AND_ASSIGN(const auto actual, RunModel(*engine_, model, *samples));
  EXPECT_LT(RelativeSquaredError(expected, actual), 3e-3);
  EXPECT_EQ(report.quantized_layer_count(), 3);
  EXPECT_LT(report.quantized_bytes, report.float_bytes);
}

TEST_F(QuantizeDynamicTest, ComputesTheSameFusedAsUnfused) {
  const auto samples = RandomSamples(Shape({16, 4, 4, 4}));
  graph::Model model = Network();
  ASSERT_OK(QuantizeDynamic(model, {}));

  ASSERT_OK_AND_ASSIGN(const auto plain,
                       RunModel(*engine_, model, *samples, runtime::GraphOptimization::kNone));
  ASSERT_OK_AND_ASSIGN(const auto fused, RunModel(*engine_, model, *samples));

  EXPECT_LT(RelativeSquaredError(plain, fused), 1e-6);
}

TEST_F(QuantizeDynamicTest, QuantizesAValueOnceForAllThatReadIt) {
  graph::Model model = Network();
  ASSERT_OK(QuantizeDynamic(model, {}));
  EXPECT_THAT(OpsOf(model), Contains("DynamicQuantizeLinear").Times(2));
  EXPECT_THAT(OpsOf(model), Contains("MatMulInteger").Times(3));
}

TEST_F(QuantizeDynamicTest, LeavesConvolutionsInFloat32AndSaysWhy) {
  graph::Model model = Network();

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, QuantizeDynamic(model, {}));

  EXPECT_THAT(OpsOf(model), Contains("Conv"));
  EXPECT_FALSE(report.layers[0].is_int8);
  EXPECT_THAT(report.layers[0].reason, HasSubstr("4 to 10 times"));
}

TEST_F(QuantizeDynamicTest, TakesConstantInputsAndWeightsOfZero) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4}).Floats("w", Shape({4, 2}), {1, 0, 2, 0, 3, 0, 4, 0});
  graph::Model model = builder.Node("MatMul", {"x", "w"}, "y").Output("y").Build();
  ASSERT_OK(QuantizeDynamic(model, {}));
  for (const float value : {0.0F, 2.0F, -3.0F}) {
    ASSERT_OK_AND_ASSIGN(const auto y,
                         RunModel(*engine_, model, *ConstantSamples(Shape({1, 4}), value)));
    EXPECT_THAT(y, ElementsAre(::testing::FloatNear(10 * value, 0.2F), 0));
  }
}

TEST_F(QuantizeDynamicTest, LeavesAModelWithoutProductsAsItIs) {
  ModelBuilder builder(9);
  graph::Model model = builder.Input("x", {-1, 3}).Node("Relu", {"x"}, "y").Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, QuantizeDynamic(model, {}));

  EXPECT_EQ(model.OpsetVersion(), 9);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("stays as it is")));
}

TEST_F(QuantizeDynamicTest, RefusesWhatItCannotQuantizeAndLeavesItAsItWas) {
  ModelBuilder builder;
  builder.Input("x", {-1, 1}).Floats("w", Shape({1, 1}), {std::numeric_limits<float>::infinity()});
  graph::Model model = builder.Node("MatMul", {"x", "w"}, "y").Output("y").Build();

  EXPECT_THAT(QuantizeDynamic(model, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("initializer \"w\"")));

  EXPECT_THAT(OpsOf(model), Not(Contains("MatMulInteger")));
  EXPECT_THAT(QuantizeDynamic(model, {.excluded_nodes = {"z"}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"z\"")));
}

}  // namespace
}  // namespace slipway::quantize
