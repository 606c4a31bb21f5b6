// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/verify_quantized.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::RandomSamples;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

// y = op(x, factor), so that models can differ as a test likes.
graph::Model Model(const std::string& op_type, float factor) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4}).Floats("factor", Shape(), {factor});
  return builder.Node(op_type, {"x", "factor"}, "y").Output("y").Build();
}

class VerifyQuantizedTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<std::vector<OutputComparison>> Verify(const graph::Model& quantized,
                                               const VerifyOptions& options = {}) {
    const graph::Model original = Model("Mul", 2);
    return VerifyQuantized(*engine_, {original, quantized}, *RandomSamples(Shape({30, 4})),
                           options);
  }

  std::unique_ptr<runtime::Engine> engine_;
};

TEST_F(VerifyQuantizedTest, FindsNoNoiseInTheSameModel) {
  ASSERT_OK_AND_ASSIGN(const std::vector<OutputComparison> outputs, Verify(Model("Mul", 2)));

  ASSERT_EQ(outputs.size(), 1);
  EXPECT_EQ(outputs[0].name, "y");
  EXPECT_TRUE(std::isinf(outputs[0].snr_db));
  EXPECT_EQ(outputs[0].largest_error, 0);
}

TEST_F(VerifyQuantizedTest, MeasuresTheNoise) {
  ASSERT_OK_AND_ASSIGN(const std::vector<OutputComparison> outputs, Verify(Model("Mul", 2.02F)));

  EXPECT_NEAR(outputs[0].snr_db, 40, 0.1);
  EXPECT_GT(outputs[0].largest_error, 0.01);
}

TEST_F(VerifyQuantizedTest, RefusesMoreNoiseThanAllowed) {
  EXPECT_THAT(Verify(Model("Mul", 2.02F), {.min_snr_db = 50}),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("40.0 dB")));
}

TEST_F(VerifyQuantizedTest, RefusesAModelThatGivesZeros) {
  EXPECT_THAT(Verify(Model("Mul", 0)),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("too far off: 0.0 dB")));
}

TEST_F(VerifyQuantizedTest, RefusesToCompareWithWhatIsFiniteNowhere) {
  const graph::Model infinite = Model("Div", 0);
  EXPECT_THAT(
      VerifyQuantized(*engine_, {infinite, Model("Mul", 2)}, *RandomSamples(Shape({30, 4}))),
      FailsWith(ErrorCode::kInvalidArgument, HasSubstr("nothing to check the result by")));
}

TEST_F(VerifyQuantizedTest, RefusesAModelThatGivesWhatIsNotFinite) {
  EXPECT_THAT(Verify(Model("Div", 0)),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("\"y\" of the quantized")));
}

TEST_F(VerifyQuantizedTest, RefusesAModelThatDoesNotLoad) {
  EXPECT_THAT(Verify(Model("NoSuchOperator", 1)),
              FailsWith(ErrorCode::kFailedPrecondition,
                        AllOf(HasSubstr("fails its check"), HasSubstr("NoSuchOperator"))));
}

TEST_F(VerifyQuantizedTest, ComparesOnGivenInputsAsOnSamples) {
  const Tensor input = Tensor::Of<float>(Shape({1, 4}), std::vector<float>{1, 2, 3, 4});
  const TensorView view = input.view();
  const graph::Model original = Model("Mul", 2);
  const graph::Model noisy = Model("Mul", 2.02F);

  ASSERT_OK_AND_ASSIGN(const std::vector<OutputComparison> outputs,
                       VerifyOnInputs(*engine_, {original, noisy}, std::span(&view, 1)));

  EXPECT_NEAR(outputs[0].snr_db, 40, 0.1);
  EXPECT_NEAR(outputs[0].largest_error, 0.08, 1e-4);
  EXPECT_THAT(VerifyOnInputs(*engine_, {original, noisy}, std::span(&view, 1), 50),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("40.0 dB")));
}

TEST_F(VerifyQuantizedTest, RefusesAModelWithOtherOutputs) {
  graph::Model renamed = Model("Mul", 2);
  renamed.graph.nodes[0].outputs[0] = "z";
  renamed.graph.outputs[0].name = "z";

  EXPECT_THAT(Verify(renamed),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("other inputs or outputs")));
}

}  // namespace
}  // namespace slipway::quantize
