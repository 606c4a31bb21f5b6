// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/network_tuner.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/codebook/weight_coder.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::RandomSamples;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ModelBuilder TwoConvolutions(std::int64_t batch = -1) {
  ModelBuilder builder;
  builder.Input("x", {batch, 4, 6, 6}).Convolution("x", "c", {4, 8}).Node("Relu", {"c"}, "r");
  return builder.Convolution("r", "y", {8, 4});
}

TunedLayer Coded(const graph::Model& model, const std::string& name, const CodingOptions& options) {
  const Tensor& weight = *model.graph.FindInitializer(name + "_weight");
  const MatrixLayout layout = RowsFirst(weight.shape());
  const auto bias = model.graph.FindInitializer(name + "_bias")->elements<float>();
  return {.weight = name + "_weight",
          .coded = CodeMatrix(layout, {.matrix = weight.elements<float>(), .moments = {}}, options),
          .bias = name + "_bias",
          .bias_values = {bias.begin(), bias.end()}};
}

class NetworkTunerTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<TuningOutcome> Tune(const graph::Model& model, TunedParts& parts,
                             const TuneOptions& options = {.passes = 6, .batch = 8, .rate = 0.01}) {
    return TuneNetwork(*engine_, {model, model, *samples_}, parts, options);
  }

  std::unique_ptr<runtime::Engine> engine_;
  std::unique_ptr<dataset::SampleSource> samples_ = RandomSamples(Shape({160, 4, 6, 6}));
};

TEST_F(NetworkTunerTest, BringsOutputsCloserWithEachKindOfCodes) {
  const graph::Model model = TwoConvolutions().Output("y").Build();
  for (const CodingOptions& options :
       {CodingOptions{.method = CodingMethod::kPowerOfTwo, .bits = 2},
        CodingOptions{.method = CodingMethod::kCodebook, .bits = 2},
        CodingOptions{.method = CodingMethod::kProduct, .bits = 3, .vector_length = 5},
        CodingOptions{.method = CodingMethod::kResidual,
                      .bits = 2,
                      .vector_length = 3,
                      .orders_columns = true}}) {
    SCOPED_TRACE(CodingMethodName(options.method));
    TunedParts parts = {.layers = {Coded(model, "c", options), Coded(model, "y", options)}};
    const std::vector<std::uint8_t> codes = parts.layers[0].coded.codes;

    ASSERT_OK_AND_ASSIGN(const TuningOutcome outcome, Tune(model, parts));

    EXPECT_THAT(outcome.note, IsEmpty());
    EXPECT_TRUE(outcome.is_better);
    EXPECT_LT(outcome.distance_after, outcome.distance_before);
    EXPECT_EQ(parts.layers[0].coded.codes, codes);
  }
}

TEST_F(NetworkTunerTest, TakesBackWhatMakesNothingBetter) {
  const graph::Model model = TwoConvolutions().Output("y").Build();
  // Codes that say it all: each number of the small layer has an entry of its own.
  TunedLayer exact = Coded(model, "y", {.method = CodingMethod::kCodebook, .bits = 8});
  TunedParts parts = {.layers = {exact}};
  parts.layers[0].coded.codebook = exact.coded.codebook;

  ASSERT_OK_AND_ASSIGN(const TuningOutcome outcome,
                       Tune(model, parts, {.passes = 1, .batch = 8, .rate = 10, .entry_rate = 10}));

  EXPECT_FALSE(outcome.is_better);
  EXPECT_GE(outcome.distance_after, outcome.distance_before);
  EXPECT_EQ(parts.layers[0].coded.codebook, exact.coded.codebook);
  EXPECT_EQ(parts.layers[0].bias_values, exact.bias_values);
}

TEST_F(NetworkTunerTest, ComesCloserIfConstantsMoveToo) {
  const graph::Model model = TwoConvolutions().Output("y").Build();
  const TunedLayer coded = Coded(model, "y", {.method = CodingMethod::kPowerOfTwo, .bits = 2});
  TunedParts alone = {.layers = {coded}};
  TunedParts together = {.layers = {coded},
                         .constants = FindFreeConstants(model.graph, {"y_weight", "y_bias"}, {})};

  ASSERT_OK_AND_ASSIGN(const TuningOutcome without, Tune(model, alone));
  ASSERT_OK_AND_ASSIGN(const TuningOutcome with, Tune(model, together));

  ASSERT_EQ(together.constants.size(), 2);
  EXPECT_EQ(together.constants[0].name, "c_bias");
  EXPECT_LT(with.distance_after, without.distance_after);
}

TEST_F(NetworkTunerTest, LeavesConstantsWhereTheyHaveNoDerivative) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 6, 6}).RandomFloats("shift", Shape({6}), 1);
  builder.Node("Add", {"x", "shift"}, "a").Node("Atan", {"a"}, "b");
  const graph::Model model = builder.Convolution("b", "y", {4, 8}).Output("y").Build();
  TunedParts parts = {
      .layers = {Coded(model, "y", {.method = CodingMethod::kPowerOfTwo, .bits = 2})},
      .constants = FindFreeConstants(model.graph, {"y_weight", "y_bias"}, {})};
  ASSERT_EQ(parts.constants.size(), 1);

  ASSERT_OK_AND_ASSIGN(const TuningOutcome outcome, Tune(model, parts));

  EXPECT_TRUE(outcome.is_better);
  EXPECT_THAT(parts.constants, IsEmpty());
}

TEST_F(NetworkTunerTest, SaysWhyItDoesNothing) {
  const CodingOptions options = {.method = CodingMethod::kCodebook, .bits = 2};
  const graph::Model atan = TwoConvolutions().Node("Atan", {"y"}, "z").Output("z").Build();
  TunedParts parts = {.layers = {Coded(atan, "c", options)}};
  ASSERT_OK_AND_ASSIGN(const TuningOutcome unknown, Tune(atan, parts));
  EXPECT_THAT(unknown.note, HasSubstr("Atan"));

  const graph::Model fixed = TwoConvolutions(8).Output("y").Build();
  ASSERT_OK_AND_ASSIGN(const TuningOutcome whole, Tune(fixed, parts));
  EXPECT_THAT(whole.note, HasSubstr("fixed number of samples"));

  const graph::Model model = TwoConvolutions().Output("y").Build();
  samples_ = RandomSamples(Shape({8, 4, 6, 6}));
  ASSERT_OK_AND_ASSIGN(const TuningOutcome few, Tune(model, parts));
  EXPECT_THAT(few.note, HasSubstr("8 samples are too few"));
  EXPECT_FALSE(few.is_better);
}

}  // namespace
}  // namespace slipway::codebook
