// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_static.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/model_runs.h"
#include "slipway/optimize/quantize/testing/random_samples.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <ranges>

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
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kGoodSnrDb = 25;

class QuantizeStaticTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<QuantizeReport> Quantize(graph::Model& model, const dataset::SampleSource& samples,
                                  const StaticQuantizeOptions& options = {}) {
    DatasetCalibrator calibrator(*engine_, samples);
    return QuantizeStatic(model, calibrator, options);
  }

  // Quantizes `model` and returns the worst signal-to-noise ratio of its outputs.
  Result<double> QuantizedSnr(const graph::Model& model, const Shape& shape) {
    const auto samples = RandomSamples(shape);
    graph::Model quantized = model;
    SLIPWAY_TRY(Quantize(quantized, *samples));
    SLIPWAY_TRY_ASSIGN(const std::vector<OutputComparison> outputs,
                       VerifyQuantized(*engine_, {model, quantized}, *samples));
    return std::ranges::min(outputs | std::views::transform(&OutputComparison::snr_db));
  }

  // What the engine computes on `samples`, as far as it may rewrite the model.
  Result<std::vector<float>> Run(const graph::Model& model, const dataset::SampleSource& samples,
                                 runtime::GraphOptimization optimization) {
    return RunModel(*engine_, model, samples, optimization);
  }

  std::unique_ptr<runtime::Engine> engine_;
};

// Convolutions, pooling and a classifier, as image models have them.
graph::Model SmallCnn() {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c1", {4, 16}).Node("Relu", {"c1"}, "r1");
  builder.Convolution("r1", "c2", {16, 16}).Node("Relu", {"c2"}, "r2");
  const std::vector<std::int64_t> two = {2, 2};
  builder.Node("MaxPool", {"r2"}, "p", {{"kernel_shape", two}, {"strides", two}});
  builder.Node("Flatten", {"p"}, "f").RandomFloats("w", Shape({10, 256}), 0.06F);
  builder.RandomFloats("b", Shape({10}), 0.1F);
  builder.Node("Gemm", {"f", "w", "b"}, "y", {{"transB", std::int64_t{1}}});
  return builder.Output("y").Build();
}

TEST_F(QuantizeStaticTest, KeepsWhatASmallCnnComputes) {
  ASSERT_OK_AND_ASSIGN(const double snr, QuantizedSnr(SmallCnn(), Shape({40, 4, 8, 8})));
  EXPECT_GT(snr, kGoodSnrDb);
}

TEST_F(QuantizeStaticTest, ReportsEachLayer) {
  graph::Model model = SmallCnn();

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report,
                       Quantize(model, *RandomSamples(Shape({8, 4, 8, 8}))));

  ASSERT_EQ(report.layers.size(), 7);
  EXPECT_EQ(report.quantized_layer_count(), 3);
  EXPECT_EQ(report.layers[0].name, "c1");
  EXPECT_EQ(report.layers[0].scale_count, 16);
  EXPECT_GT(report.layers[0].weight.snr_db, 35);
  EXPECT_TRUE(report.layers[4].is_int8);
  EXPECT_LT(report.quantized_bytes, report.float_bytes);
  EXPECT_NE(report.target, TargetCpu::kThisMachine);
}

TEST_F(QuantizeStaticTest, KeepsWhatResidualBlocksCompute) {
  ModelBuilder builder;
  builder.Input("x", {-1, 8, 8, 8}).Convolution("x", "a", {8, 16}).Node("Relu", {"a"}, "ar");
  builder.Convolution("ar", "b", {16, 16}).Node("Add", {"b", "ar"}, "s").Node("Relu", {"s"}, "sr");
  builder.Node("Concat", {"sr", "ar"}, "cc", {{"axis", std::int64_t{1}}});
  builder.Convolution("cc", "d", {32, 16, 1}).Node("GlobalAveragePool", {"d"}, "g");
  builder.Node("Flatten", {"g"}, "f").RandomFloats("w", Shape({16, 4}), 0.3F);
  const graph::Model model = builder.Node("MatMul", {"f", "w"}, "y").Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const double snr, QuantizedSnr(model, Shape({40, 8, 8, 8})));

  EXPECT_GT(snr, 18);
}

TEST_F(QuantizeStaticTest, KeepsWhatATransformersFeedForwardComputes) {
  ModelBuilder builder;
  builder.Input("x", {-1, 5, 16}).RandomFloats("w", Shape({16, 32}), 0.25F);
  builder.RandomFloats("b", Shape({32}), 0.1F).RandomFloats("v", Shape({32, 16}), 0.2F);
  builder.Node("MatMul", {"x", "w"}, "m").Node("Add", {"m", "b"}, "a").Node("Relu", {"a"}, "r");
  builder.Node("MatMul", {"r", "v"}, "n").Node("Add", {"n", "x"}, "s");
  const graph::Model model =
      builder.Node("Softmax", {"s"}, "y", {{"axis", std::int64_t{-1}}}).Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const double snr, QuantizedSnr(model, Shape({20, 5, 16})));

  EXPECT_GT(snr, kGoodSnrDb);
}

TEST_F(QuantizeStaticTest, IsExactOnThisMachineWhereSumsAreLargest) {
  ModelBuilder builder;
  builder.Input("x", {-1, 32, 6, 6})
      .Constant("w",
                Tensor::Of<float>(Shape({8, 32, 3, 3}), std::vector<float>(8 * 32 * 9, 0.01F)));
  graph::Model model = builder.Node("Conv", {"x", "w"}, "y").Output("y").Build();
  const auto samples = ConstantSamples(Shape({4, 32, 6, 6}), 1);
  ASSERT_OK(Quantize(model, *samples));

  // Without optimization the engine multiplies dequantized floats: nothing saturates.
  ASSERT_OK_AND_ASSIGN(const std::vector<float> exact,
                       Run(model, *samples, runtime::GraphOptimization::kNone));
  ASSERT_OK_AND_ASSIGN(const std::vector<float> fused,
                       Run(model, *samples, runtime::GraphOptimization::kAll));

  ASSERT_EQ(exact.size(), fused.size());
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(fused[i], exact[i], 0.02);
}

graph::Model ResidualBlocks() {
  ModelBuilder builder;
  builder.Input("x", {-1, 8, 8, 8}).Convolution("x", "a", {8, 16}).Node("Relu", {"a"}, "ar");
  builder.Convolution("ar", "b", {16, 16}).Node("Add", {"b", "ar"}, "s").Node("Relu", {"s"}, "sr");
  builder.Node("LeakyRelu", {"b"}, "l").Node("Sigmoid", {"sr"}, "g").Node("Mul", {"l", "g"}, "m");
  builder.Node("Concat", {"m", "ar"}, "cc", {{"axis", std::int64_t{1}}});
  const std::vector<std::int64_t> two = {2, 2};
  builder.Node("AveragePool", {"cc"}, "p", {{"kernel_shape", two}, {"strides", two}});
  builder.Convolution("p", "d", {32, 16, 1}).Node("GlobalAveragePool", {"d"}, "ga");
  builder.Node("Flatten", {"ga"}, "f").RandomFloats("w", Shape({16, 8}), 0.3F);
  builder.Node("MatMul", {"f", "w"}, "h").RandomFloats("v", Shape({8, 4}), 0.3F);
  return builder.Node("MatMul", {"h", "v"}, "y").Output("y").Build();
}

std::vector<StaticQuantizeOptions> AllFormats() {
  std::vector<StaticQuantizeOptions> all;
  for (const auto& [activations, weights] :
       {std::pair(DataType::kUint8, DataType::kInt8), std::pair(DataType::kInt8, DataType::kInt8),
        std::pair(DataType::kUint8, DataType::kUint8)}) {
    for (const bool is_symmetric : {false, true}) {
      for (const bool per_channel : {false, true}) {
        all.push_back({.format = {.activations = activations,
                                  .weights = weights,
                                  .symmetric_activations = is_symmetric,
                                  .per_channel = per_channel}});
      }
    }
  }
  return all;
}

std::string Describe(const IntegerFormat& format) {
  return fmt::format("{} symmetric: {} per channel: {}", IntegerFormatName(format),
                     format.symmetric_activations, format.per_channel);
}

TEST_F(QuantizeStaticTest, ComputesInEachFormWhatTheCodesStandFor) {
  struct Case {
    graph::Model model;
    Shape shape;
  };
  const std::vector<Case> cases = {{SmallCnn(), Shape({16, 4, 8, 8})},
                                   {ResidualBlocks(), Shape({16, 8, 8, 8})}};
  for (const Case& each : cases) {
    const auto samples = RandomSamples(each.shape);
    for (StaticQuantizeOptions options : AllFormats()) {
      graph::Model qdq = each.model;
      ASSERT_OK(Quantize(qdq, *samples, options));
      graph::Model qoperator = each.model;
      options.form = IntegerForm::kQOperator;
      ASSERT_OK(Quantize(qoperator, *samples, options));

      ASSERT_OK_AND_ASSIGN(const auto exact,
                           Run(each.model, *samples, runtime::GraphOptimization::kAll));
      // Without optimization the engine multiplies dequantized floats: the reference of the rest.
      ASSERT_OK_AND_ASSIGN(const auto reference,
                           Run(qdq, *samples, runtime::GraphOptimization::kNone));
      ASSERT_OK_AND_ASSIGN(const auto fused, Run(qdq, *samples, runtime::GraphOptimization::kAll));
      ASSERT_OK_AND_ASSIGN(const auto operators,
                           Run(qoperator, *samples, runtime::GraphOptimization::kNone));

      const std::string format = Describe(options.format);
      EXPECT_LT(RelativeSquaredError(exact, reference), 0.03) << format;
      EXPECT_LT(RelativeSquaredError(reference, fused), 2e-3) << format;
      EXPECT_LT(RelativeSquaredError(reference, operators), 2e-3) << format;
    }
  }
}

TEST_F(QuantizeStaticTest, LeavesNoFloatOperatorBetweenQOperators) {
  for (StaticQuantizeOptions options : AllFormats()) {
    options.form = IntegerForm::kQOperator;
    graph::Model model = SmallCnn();
    ASSERT_OK(Quantize(model, *RandomSamples(Shape({16, 4, 8, 8})), options));

    EXPECT_THAT(OpsOf(model), ElementsAre("QuantizeLinear", "QLinearConv", "QLinearConv", "MaxPool",
                                          "Flatten", "QGemm"))
        << Describe(options.format);
  }
}

// The largest mean error of a channel of the first output of `actual`.
double LargestBias(std::span<const float> expected, std::span<const float> actual,
                   std::size_t channels) {
  std::vector<double> sums(channels);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    sums[i % channels] += static_cast<double>(expected[i]) - actual[i];
  }
  double largest = 0;
  for (const double sum : sums) largest = std::max(largest, std::abs(sum));
  return largest * static_cast<double>(channels) / static_cast<double>(expected.size());
}

TEST_F(QuantizeStaticTest, TakesTheMeanErrorOutOfOutputsIfBiasesAreCorrected) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).RandomFloats("w", Shape({16, 4, 3, 3}), 0.3F);
  builder.Node("Conv", {"x", "w"}, "c").Node("Relu", {"c"}, "r").Node("Flatten", {"r"}, "f");
  builder.RandomFloats("v", Shape({10, 576}), 0.06F);
  builder.Node("Gemm", {"f", "v"}, "y", {{"transB", std::int64_t{1}}}).Output("y");
  const auto samples = RandomSamples(Shape({200, 4, 8, 8}));
  graph::Model plain = builder.Build();
  graph::Model corrected = builder.Build();
  // One scale for all makes the rounding of weights coarse.
  StaticQuantizeOptions options = {.format = {.per_channel = false}};
  ASSERT_OK(Quantize(plain, *samples, options));
  options.bias_correction = true;
  ASSERT_OK(Quantize(corrected, *samples, options));

  const auto all = runtime::GraphOptimization::kAll;
  ASSERT_OK_AND_ASSIGN(const auto expected, Run(builder.Build(), *samples, all));
  ASSERT_OK_AND_ASSIGN(const auto before, Run(plain, *samples, all));
  ASSERT_OK_AND_ASSIGN(const auto after, Run(corrected, *samples, all));

  EXPECT_LT(LargestBias(expected, after, 10), 0.5 * LargestBias(expected, before, 10));
}

// Convolutions whose channels in between differ a hundredfold for no need.
graph::Model UnevenChannels() {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 16}).Node("Relu", {"c"}, "r");
  graph::Model model = builder.Convolution("r", "y", {16, 8}).Output("y").Build();
  const auto scale = [&](const std::string& name, std::size_t inner, bool is_inverse) {
    const Tensor& tensor = *model.graph.FindInitializer(name);
    std::vector<float> values(tensor.elements<float>().begin(), tensor.elements<float>().end());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float factor = i / inner % 16 == 0 ? 100.0F : 1.0F;
      values[i] *= is_inverse ? 1 / factor : factor;
    }
    model.graph.initializers[name] =
        std::make_shared<const Tensor>(Tensor::Of<float>(tensor.shape(), values));
  };
  scale("c_weight", 36, false);
  scale("c_bias", 1, false);
  scale("y_weight", 9, true);
  return model;
}

TEST_F(QuantizeStaticTest, SaysOfHowManyValuesItEqualizedChannels) {
  graph::Model model = UnevenChannels();
  ASSERT_OK_AND_ASSIGN(const QuantizeReport report,
                       Quantize(model, *RandomSamples(Shape({8, 4, 8, 8})),
                                {.equalization = Equalization::kWeights}));
  EXPECT_THAT(report.notes, Contains("channels of 1 values between layers equalized by weights"));
}

TEST_F(QuantizeStaticTest, LosesLessIfChannelsAreEqualized) {
  const auto samples = RandomSamples(Shape({30, 4, 8, 8}));
  const auto all = runtime::GraphOptimization::kAll;
  ASSERT_OK_AND_ASSIGN(const auto expected, Run(UnevenChannels(), *samples, all));
  const auto error_with = [&](Equalization equalization) -> Result<double> {
    graph::Model model = UnevenChannels();
    SLIPWAY_TRY(Quantize(model, *samples, {.equalization = equalization}));
    SLIPWAY_TRY_ASSIGN(const std::vector<float> actual, Run(model, *samples, all));
    return RelativeSquaredError(expected, actual);
  };

  ASSERT_OK_AND_ASSIGN(const double without, error_with(Equalization::kNone));
  ASSERT_OK_AND_ASSIGN(const double by_weights, error_with(Equalization::kWeights));
  ASSERT_OK_AND_ASSIGN(const double by_activations, error_with(Equalization::kActivations));

  EXPECT_LT(by_weights, 0.1 * without);
  EXPECT_LT(by_activations, 0.1 * without);
}

TEST_F(QuantizeStaticTest, RefusesTypesThatNoKernelMultiplies) {
  graph::Model model = SmallCnn();
  EXPECT_THAT(Quantize(model, *RandomSamples(Shape({8, 4, 8, 8})),
                       {.format = {.activations = DataType::kInt8, .weights = DataType::kUint8}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no engine kernel")));
}

TEST_F(QuantizeStaticTest, UsesAllOfUint8WeightsOnEachProcessor) {
  graph::Model model = SmallCnn();
  ASSERT_OK_AND_ASSIGN(
      const QuantizeReport report,
      Quantize(model, *RandomSamples(Shape({8, 4, 8, 8})),
               {.format = {.weights = DataType::kUint8}, .target = TargetCpu::kAvx2}));
  EXPECT_EQ(report.weight_range, WeightRange::kFull);
}

TEST_F(QuantizeStaticTest, TakesConstantActivationsAndSaysSo) {
  graph::Model model = SmallCnn();
  const graph::Model original = model;
  const auto zeros = ConstantSamples(Shape({4, 4, 8, 8}), 0);

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, Quantize(model, *zeros));

  EXPECT_THAT(report.notes, Contains(HasSubstr("value \"x\" is 0 everywhere")));

  ASSERT_OK(VerifyQuantized(*engine_, {original, model}, *zeros));
}

TEST_F(QuantizeStaticTest, UpgradesAnOldModel) {
  ModelBuilder builder(9);
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 8});
  builder.Node("Clip", {"c"}, "r", {{"min", 0.0F}, {"max", 6.0F}}).Convolution("r", "y", {8, 8});
  const graph::Model model = builder.Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const double snr, QuantizedSnr(model, Shape({20, 4, 8, 8})));

  EXPECT_GT(snr, kGoodSnrDb);
}

TEST_F(QuantizeStaticTest, LeavesAModelWithoutLayersAsItIs) {
  ModelBuilder builder(9);
  graph::Model model = builder.Input("x", {-1, 3}).Node("Relu", {"x"}, "y").Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, Quantize(model, *RandomSamples(Shape({8, 3}))));

  EXPECT_THAT(OpsOf(model), ElementsAre("Relu"));
  EXPECT_EQ(model.OpsetVersion(), 9);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("stays as it is")));
}

TEST_F(QuantizeStaticTest, LeavesSubgraphsAloneAndSaysSo) {
  ModelBuilder inner;
  inner.Node("Identity", {"c"}, "inner").Output("inner");
  const auto branch = std::make_shared<const graph::Graph>(inner.Build().graph);
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 4});
  builder.Constant("condition", Tensor::Of<bool>(Shape(), std::array<bool, 1>{true}));
  builder.Node("If", {"condition"}, "y", {{"then_branch", branch}, {"else_branch", branch}});
  graph::Model model = builder.Output("y").Build();
  const graph::Model original = model;
  const auto samples = RandomSamples(Shape({8, 4, 8, 8}));

  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, Quantize(model, *samples));

  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("1 operators with subgraphs")));
  ASSERT_OK_AND_ASSIGN(const auto outputs, VerifyQuantized(*engine_, {original, model}, *samples));
  EXPECT_GT(outputs[0].snr_db, kGoodSnrDb);
}

TEST_F(QuantizeStaticTest, KeepsExcludedNodesInFloat32) {
  graph::Model model = SmallCnn();

  ASSERT_OK_AND_ASSIGN(
      const QuantizeReport report,
      Quantize(model, *RandomSamples(Shape({8, 4, 8, 8})), {.excluded_nodes = {"c1"}}));

  EXPECT_EQ(report.quantized_layer_count(), 2);
  EXPECT_THAT(report.layers[0].reason, HasSubstr("excluded"));
}

TEST_F(QuantizeStaticTest, RefusesToExcludeWhatIsNotThere) {
  graph::Model model = SmallCnn();
  EXPECT_THAT(Quantize(model, *RandomSamples(Shape({8, 4, 8, 8})), {.excluded_nodes = {"c9"}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"c9\"")));
}

TEST_F(QuantizeStaticTest, RefusesAModelThatIsQuantizedAlready) {
  const auto samples = RandomSamples(Shape({8, 4, 8, 8}));
  graph::Model model = SmallCnn();
  ASSERT_OK(Quantize(model, *samples));

  EXPECT_THAT(Quantize(model, *samples),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("quantized already")));
}

TEST_F(QuantizeStaticTest, LeavesTheModelAsItWasOnError) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  graph::Model model = SmallCnn();

  EXPECT_THAT(Quantize(model, *ConstantSamples(Shape({4, 4, 8, 8}), nan)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("nan")));

  EXPECT_THAT(OpsOf(model), Not(Contains("QuantizeLinear")));
}

TEST_F(QuantizeStaticTest, RefusesWeightsThatAreNotFinite) {
  ModelBuilder builder;
  builder.Input("x", {-1, 1}).Floats("w", Shape({1, 1}), {std::numeric_limits<float>::infinity()});
  graph::Model model = builder.Node("MatMul", {"x", "w"}, "y").Output("y").Build();

  EXPECT_THAT(Quantize(model, *RandomSamples(Shape({8, 1}))),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("initializer \"w\"")));
}

}  // namespace
}  // namespace slipway::quantize
