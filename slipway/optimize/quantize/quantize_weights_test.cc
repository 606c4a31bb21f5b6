// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_weights.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/quantize/dataset_moments.h"
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
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t kDepth = 100;

// Two matrix products, one as Gemm and one as MatMul. Their depths fill no block.
graph::Model Products() {
  ModelBuilder builder;
  builder.Input("x", {-1, kDepth}).RandomFloats("w", Shape({64, kDepth}), 0.1F);
  builder.RandomFloats("b", Shape({64}), 0.1F).RandomFloats("v", Shape({64, 70}), 0.1F);
  builder.Node("Gemm", {"x", "w", "b"}, "h", {{"transB", std::int64_t{1}}});
  return builder.Node("MatMul", {"h", "v"}, "y").Output("y").Build();
}

graph::Model Convolutions() {
  ModelBuilder builder;
  builder.Input("x", {-1, 3, 8, 8}).Convolution("x", "c", {3, 61}).Convolution("c", "y", {61, 40});
  return builder.Output("y").Build();
}

// `model` with the weights that `quantized` stands for, computed here, in place of its own.
struct Outcome {
  graph::Model model;
  QuantizeReport report;
};

class QuantizeWeightsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<Outcome> Quantize(const graph::Model& model, const WeightOnlyOptions& options) {
    Outcome outcome = {.model = model, .report = {}};
    SLIPWAY_TRY_ASSIGN(outcome.report, QuantizeWeightsOnly(outcome.model, nullptr, options));
    return outcome;
  }

  // The relative squared error of the quantized model's output.
  Result<double> ErrorOf(const graph::Model& model, const Shape& shape,
                         const WeightOnlyOptions& options, MomentsSource* moments = nullptr) {
    graph::Model quantized = model;
    SLIPWAY_TRY(QuantizeWeightsOnly(quantized, moments, options));
    const auto samples = RandomSamples(shape);
    SLIPWAY_TRY_ASSIGN(const std::vector<float> expected, RunModel(*engine_, model, *samples));
    SLIPWAY_TRY_ASSIGN(const std::vector<float> actual, RunModel(*engine_, quantized, *samples));
    return RelativeSquaredError(expected, actual);
  }

  std::unique_ptr<runtime::Engine> engine_;
};

// `model` with weight `name` replaced by what `format` makes of it.
void Replace(graph::Model& model, const std::string& name, const BlockFormat& format,
             bool is_transposed) {
  const Tensor& tensor = *model.graph.FindInitializer(name);
  const auto values = tensor.elements<float>();
  const auto rows = static_cast<std::size_t>(tensor.shape()[0]);
  const std::size_t columns = values.size() / rows;
  WeightMatrix matrix = {.channels = is_transposed ? columns : rows,
                         .depth = is_transposed ? rows : columns,
                         .weights = {values.begin(), values.end()}};
  const auto at = [&](std::size_t channel, std::size_t i) {
    return is_transposed ? i * columns + channel : channel * columns + i;
  };
  for (std::size_t c = 0; c < matrix.channels; ++c) {
    for (std::size_t i = 0; i < matrix.depth; ++i) {
      matrix.weights[c * matrix.depth + i] = values[at(c, i)];
    }
  }
  const WeightMatrix back = RoundToGrids(matrix, format, GridSearch::kRange).Dequantize();
  std::vector<float> replaced(values.size());
  for (std::size_t c = 0; c < matrix.channels; ++c) {
    for (std::size_t i = 0; i < matrix.depth; ++i) replaced[at(c, i)] = back.row(c)[i];
  }
  model.graph.initializers[name] =
      std::make_shared<const Tensor>(Tensor::Of<float>(tensor.shape(), replaced));
}

TEST_F(QuantizeWeightsTest, ComputesProductsByTheWeightsThatTheCodesStandFor) {
  const auto samples = RandomSamples(Shape({9, kDepth}));
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ, 8UZ}) {
    for (const std::size_t block_size : {16UZ, 32UZ}) {
      const BlockFormat format = {.bits = bits, .block_size = block_size};
      ASSERT_OK_AND_ASSIGN(const Outcome outcome,
                           Quantize(Products(), {.format = format, .int8_products = false}));
      graph::Model reference = Products();
      // Where there is no fast kernel blocks are balanced, as below.
      const bool is_folded = bits == 3 || (bits == 2 && block_size == 16);
      const auto depth_of = [&](std::size_t depth) {
        const std::size_t blocks = (depth + block_size - 1) / block_size;
        return is_folded ? BlockFormat{bits, (depth + blocks - 1) / blocks} : format;
      };
      Replace(reference, "w", depth_of(kDepth), false);
      Replace(reference, "v", depth_of(64), true);

      ASSERT_OK_AND_ASSIGN(const auto expected, RunModel(*engine_, reference, *samples));
      ASSERT_OK_AND_ASSIGN(const auto actual, RunModel(*engine_, outcome.model, *samples));

      EXPECT_LT(RelativeSquaredError(expected, actual), 1e-10) << bits << " " << block_size;
    }
  }
}

TEST_F(QuantizeWeightsTest, ComputesConvolutionsByTheWeightsThatTheCodesStandFor) {
  const auto samples = RandomSamples(Shape({4, 3, 8, 8}));
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ, 8UZ}) {
    ASSERT_OK_AND_ASSIGN(const Outcome outcome,
                         Quantize(Convolutions(), {.format = {.bits = bits}}));
    graph::Model reference = Convolutions();
    Replace(reference, "c_weight", {bits, 27}, false);
    Replace(reference, "y_weight", {bits, 110}, false);

    ASSERT_OK_AND_ASSIGN(const auto expected, RunModel(*engine_, reference, *samples));
    ASSERT_OK_AND_ASSIGN(const auto actual, RunModel(*engine_, outcome.model, *samples));

    EXPECT_LT(RelativeSquaredError(expected, actual), 1e-10) << bits;
  }
}

TEST_F(QuantizeWeightsTest, IsOnePercentOffAtMostIfProductsAreInInt8) {
  const auto samples = RandomSamples(Shape({9, kDepth}));
  for (const std::size_t bits : {2UZ, 4UZ, 8UZ}) {
    ASSERT_OK_AND_ASSIGN(const Outcome exact,
                         Quantize(Products(), {.format = {.bits = bits}, .int8_products = false}));
    ASSERT_OK_AND_ASSIGN(const Outcome fast, Quantize(Products(), {.format = {.bits = bits}}));

    ASSERT_OK_AND_ASSIGN(const auto expected, RunModel(*engine_, exact.model, *samples));
    ASSERT_OK_AND_ASSIGN(const auto actual, RunModel(*engine_, fast.model, *samples));

    EXPECT_LT(RelativeSquaredError(expected, actual), 2e-4) << bits;
  }
}

TEST_F(QuantizeWeightsTest, IsTheMoreExactTheMoreBitsThereAre) {
  double previous = 2;
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ, 8UZ}) {
    ASSERT_OK_AND_ASSIGN(const double error,
                         ErrorOf(Products(), Shape({20, kDepth}), {.format = {.bits = bits}}));
    EXPECT_LT(error, 0.7 * previous) << bits;
    previous = error;
  }
}

TEST_F(QuantizeWeightsTest, TakesNoKernelThatIsSlow) {
  for (const std::size_t block_size : {16UZ, 32UZ, 64UZ, 128UZ, 256UZ}) {
    ModelBuilder builder;
    builder.Input("x", {-1, 300}).RandomFloats("w", Shape({300, 64}), 0.1F);
    const graph::Model model = builder.Node("MatMul", {"x", "w"}, "y").Output("y").Build();

    ASSERT_OK_AND_ASSIGN(const Outcome two,
                         Quantize(model, {.format = {.bits = 2, .block_size = block_size}}));
    ASSERT_OK_AND_ASSIGN(const Outcome four,
                         Quantize(model, {.format = {.bits = 4, .block_size = block_size}}));

    const bool is_fast = block_size != 16 && block_size != 256;
    EXPECT_EQ(OpsOf(two.model).back(), is_fast ? "MatMulNBits" : "MatMul") << block_size;
    EXPECT_EQ(OpsOf(four.model).back(), "MatMulNBits") << block_size;
  }
}

TEST_F(QuantizeWeightsTest, IsAsSmallAsItsBitsPromise) {
  ModelBuilder builder;
  builder.Input("x", {-1, 256}).RandomFloats("w", Shape({256, 256}), 0.1F);
  builder.RandomFloats("v", Shape({256, 32, 3, 3}), 0.1F).Integers("s", {-1, 32, 4, 2});
  builder.Node("MatMul", {"x", "w"}, "h").Node("Reshape", {"h", "s"}, "r");
  const std::vector<std::int64_t> pads(4, 1);
  builder.Node("Conv", {"r", "v"}, "y", {{"pads", pads}}).Output("y");
  for (const std::size_t bits : {2UZ, 3UZ, 4UZ, 8UZ}) {
    ASSERT_OK_AND_ASSIGN(const Outcome outcome,
                         Quantize(builder.Build(), {.format = {.bits = bits}}));

    const double parameters = 256 * 256 + 256 * 32 * 9;
    // Scale and zero point of each 128 weights are 5 bytes, names and tables 6,000 bytes at most.
    EXPECT_LT(static_cast<double>(outcome.report.quantized_bytes),
              parameters * (static_cast<double>(bits) / 8 + 5.0 / 96) + 6000)
        << bits;
  }
}

TEST_F(QuantizeWeightsTest, LosesLessWithEachBetterRounding) {
  struct Case {
    graph::Model model;
    Shape data;
    Shape shape;
  };
  ModelBuilder products;
  products.Input("x", {-1, 48}).RandomFloats("w", Shape({48, 32}), 0.1F);
  products.RandomFloats("v", Shape({32, 32}), 0.1F).Node("MatMul", {"x", "w"}, "h");
  products.Node("MatMul", {"h", "v"}, "y").Output("y");
  ModelBuilder convolutions;
  convolutions.Input("x", {-1, 3, 6, 6}).Convolution("x", "c", {3, 12});
  convolutions.Convolution("c", "y", {12, 40}).Output("y");
  const std::vector<Case> cases = {
      {products.Build(), Shape({400, 48}), Shape({60, 48})},
      {convolutions.Build(), Shape({40, 3, 6, 6}), Shape({10, 3, 6, 6})}};
  for (const Case& each : cases) {
    const auto data = RandomSamples(each.data);
    DatasetMoments moments(*engine_, *data);
    for (const std::size_t bits : {2UZ, 4UZ}) {
      const auto error_of = [&](WeightRounding rounding) {
        return ErrorOf(each.model, each.shape, {.format = {.bits = bits}, .rounding = rounding},
                       &moments);
      };
      ASSERT_OK_AND_ASSIGN(const double nearest, error_of(WeightRounding::kNearest));
      ASSERT_OK_AND_ASSIGN(const double hqq, error_of(WeightRounding::kHqq));
      ASSERT_OK_AND_ASSIGN(const double gptq, error_of(WeightRounding::kGptq));
      ASSERT_OK_AND_ASSIGN(const double adaptive, error_of(WeightRounding::kAdaRound));

      EXPECT_LE(hqq, nearest * 1.02) << bits;
      EXPECT_LE(gptq, hqq * 1.02) << bits;
      EXPECT_LE(adaptive, gptq * 1.02) << bits;
      EXPECT_LT(adaptive, 0.8 * nearest) << bits;
    }
  }
}

TEST_F(QuantizeWeightsTest, SearchesGridsByTheInputsIfThereAreData) {
  ModelBuilder builder;
  builder.Input("x", {-1, 16}).RandomFloats("w", Shape({16, 96}), 0.3F);
  builder.Node("MatMul", {"x", "w"}, "h").Node("Relu", {"h"}, "r");
  builder.RandomFloats("v", Shape({96, 32}), 0.1F).Node("MatMul", {"r", "v"}, "y");
  const graph::Model model = builder.Output("y").Build();
  const auto data = RandomSamples(Shape({400, 16}));
  DatasetMoments moments(*engine_, *data);
  for (const std::size_t bits : {2UZ, 3UZ}) {
    const WeightOnlyOptions options = {.format = {.bits = bits, .block_size = 32},
                                       .rounding = WeightRounding::kHqq,
                                       .excluded_nodes = {"h"}};

    ASSERT_OK_AND_ASSIGN(const double blind, ErrorOf(model, Shape({60, 16}), options));
    ASSERT_OK_AND_ASSIGN(const double seeing, ErrorOf(model, Shape({60, 16}), options, &moments));

    EXPECT_LT(seeing, 0.8 * blind) << bits;
  }
}

TEST_F(QuantizeWeightsTest, SaysWhatBecameOfEachLayer) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 64}).Node("Relu", {"c"}, "r");
  builder.Node("GlobalAveragePool", {"r"}, "g").Node("Flatten", {"g"}, "f");
  builder.RandomFloats("w", Shape({64, 1}), 1).Node("MatMul", {"f", "w"}, "y").Output("y");

  ASSERT_OK_AND_ASSIGN(const Outcome outcome, Quantize(builder.Build(), {.format = {.bits = 4}}));

  const std::vector<LayerReport>& layers = outcome.report.layers;
  EXPECT_EQ(layers[0].type, "int4 weights");
  EXPECT_EQ(layers[0].scale_count, 64);
  EXPECT_THAT(layers[0].reason, HasSubstr("expanded"));
  EXPECT_EQ(layers[1].type, "float32");
  EXPECT_THAT(layers[4].reason, HasSubstr("too small"));
  EXPECT_EQ(outcome.report.method, "weight-only");
}

TEST_F(QuantizeWeightsTest, KeepsExcludedNodesInFloat32) {
  ASSERT_OK_AND_ASSIGN(const Outcome outcome, Quantize(Products(), {.excluded_nodes = {"h"}}));
  EXPECT_THAT(OpsOf(outcome.model), ElementsAre("Gemm", "MatMulNBits"));
}

TEST_F(QuantizeWeightsTest, RefusesWeightsThatAreNotFinite) {
  graph::Model model = Products();
  std::vector<float> weights(64 * 70, std::numeric_limits<float>::quiet_NaN());
  model.graph.initializers["v"] =
      std::make_shared<const Tensor>(Tensor::Of<float>(Shape({64, 70}), weights));

  EXPECT_THAT(Quantize(model, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("initializer \"v\"")));
}

TEST_F(QuantizeWeightsTest, RefusesToLookAtInputsWithoutData) {
  graph::Model model = Products();
  for (const WeightRounding rounding : {WeightRounding::kGptq, WeightRounding::kAdaRound}) {
    EXPECT_THAT(QuantizeWeightsOnly(model, nullptr, {.rounding = rounding}),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("calibration data")));
  }
  EXPECT_THAT(OpsOf(model), Not(Contains("MatMulNBits")));
}

TEST_F(QuantizeWeightsTest, RefusesAModelThatIsQuantizedAlready) {
  graph::Model model = Products();
  ASSERT_OK(QuantizeWeightsOnly(model, nullptr, {}));
  EXPECT_THAT(QuantizeWeightsOnly(model, nullptr, {}),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("quantized already")));
}

TEST(WeightRoundingTest, IsFoundByItsName) {
  for (const WeightRounding rounding : {WeightRounding::kNearest, WeightRounding::kHqq,
                                        WeightRounding::kGptq, WeightRounding::kAdaRound}) {
    ASSERT_OK_AND_ASSIGN(const WeightRounding parsed,
                         ParseWeightRounding(WeightRoundingName(rounding)));
    EXPECT_EQ(parsed, rounding);
  }
  EXPECT_THAT(ParseWeightRounding("up"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("gptq")));
}

}  // namespace
}  // namespace slipway::quantize
