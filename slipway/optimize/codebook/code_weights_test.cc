// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/code_weights.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/random_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ConstantSamples;
using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::quantize::testing::RandomSamples;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A convolution, a product with its weight either way round, and a last layer that is small.
graph::Model SmallCnn(std::int64_t opset = 13) {
  ModelBuilder builder(opset);
  builder.Input("x", {-1, 8, 6, 6}).Convolution("x", "c", {8, 16}).Node("Relu", {"c"}, "r");
  builder.Node("GlobalMaxPool", {"r"}, "p").Node("Flatten", {"p"}, "f");
  builder.RandomFloats("w", Shape({16, 64}), 0.25F).Node("MatMul", {"f", "w"}, "m");
  builder.RandomFloats("v", Shape({24, 64}), 0.12F).RandomFloats("b", Shape({24}), 0.1F);
  builder.Node("Gemm", {"m", "v", "b"}, "g", {{"transB", std::int64_t{1}}});
  builder.RandomFloats("u", Shape({24, 4}), 0.2F).Node("MatMul", {"g", "u"}, "y");
  return builder.Output("y").Build();
}

class CodeWeightsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<CodingReport> Code(graph::Model& model, const CodeWeightsOptions& options) {
    return CodeWeights(model, {*engine_, *samples_}, options);
  }

  std::unique_ptr<runtime::Engine> engine_;
  std::unique_ptr<dataset::SampleSource> samples_ = RandomSamples(Shape({60, 8, 6, 6}));
};

TEST_F(CodeWeightsTest, KeepsWhatTheModelComputesWithEachMethod) {
  for (const CodingMethod method :
       {CodingMethod::kUniform, CodingMethod::kPowerOfTwo, CodingMethod::kAdditivePowerOfTwo,
        CodingMethod::kCodebook, CodingMethod::kProduct, CodingMethod::kResidual}) {
    SCOPED_TRACE(CodingMethodName(method));
    graph::Model model = SmallCnn();

    ASSERT_OK_AND_ASSIGN(
        const CodingReport report,
        Code(model, {.coding = {.method = method, .bits = 4, .vector_length = 2}}));

    ASSERT_EQ(report.outputs.size(), 1);
    EXPECT_GT(report.outputs[0].snr_db, 5);
    EXPECT_LT(report.coded_bytes, report.float_bytes);
    ASSERT_OK_AND_ASSIGN(const std::string bytes, graph::SerializeModel(model));
    EXPECT_EQ(report.coded_bytes, bytes.size());
  }
}

TEST_F(CodeWeightsTest, ReportsEachLayer) {
  graph::Model model = SmallCnn();

  ASSERT_OK_AND_ASSIGN(const CodingReport report, Code(model, {.coding = {.bits = 3}}));

  ASSERT_EQ(report.layers.size(), 4);
  const CodedLayer& convolution = report.layers[0];
  EXPECT_EQ(convolution.name, "c");
  EXPECT_EQ(convolution.op_type, "Conv");
  EXPECT_TRUE(convolution.is_coded);
  EXPECT_EQ(convolution.bits, 3);
  EXPECT_EQ(convolution.bytes_before, 16 * 72 * 4);
  EXPECT_EQ(convolution.bytes_after, 16 * 72 * 3 / 8 + 7 * 4 + 16 * 4);
  EXPECT_GT(convolution.weight.snr_db, 5);
  EXPECT_GT(convolution.output_snr_db, convolution.weight.snr_db - 3);
  EXPECT_FALSE(report.layers[3].is_coded);
  EXPECT_THAT(report.layers[3].note, HasSubstr("its 384 bytes would hardly get fewer"));
}

TEST_F(CodeWeightsTest, PutsOurOperatorInThePlaceOfProducts) {
  for (const CodingMethod method : {CodingMethod::kPowerOfTwo, CodingMethod::kProduct}) {
    SCOPED_TRACE(CodingMethodName(method));
    graph::Model folded = SmallCnn();
    graph::Model model = SmallCnn();
    const CodingOptions coding = {.method = method, .bits = 4, .vector_length = 2};

    ASSERT_OK_AND_ASSIGN(const CodingReport want, Code(folded, {.coding = coding}));
    ASSERT_OK_AND_ASSIGN(
        const CodingReport report,
        Code(model,
             {.coding = coding, .target = ExecutionTarget::kSlipway, .int8_products = false}));

    EXPECT_NEAR(report.outputs[0].snr_db, want.outputs[0].snr_db, 0.1);
    EXPECT_EQ(report.layers[0].execution, Execution::kFolded);
    EXPECT_THAT(report.layers[0].note, HasSubstr("no operator for convolutions"));
    EXPECT_EQ(report.layers[1].execution, Execution::kOperator);
    EXPECT_EQ(report.layers[2].execution, Execution::kOperator);
    EXPECT_LT(report.coded_bytes, want.coded_bytes);
  }
}

TEST_F(CodeWeightsTest, FoldsWhereOurOperatorWouldBeSlow) {
  graph::Model model = SmallCnn();

  ASSERT_OK_AND_ASSIGN(const CodingReport report, Code(model, {.coding = {.bits = 6},
                                                               .target = ExecutionTarget::kSlipway,
                                                               .int8_products = false}));

  EXPECT_EQ(report.layers[1].execution, Execution::kFolded);
  EXPECT_THAT(report.layers[1].note, HasSubstr("codes of 6 bits slowly"));
}

TEST_F(CodeWeightsTest, IsBetterWithDataThanWithout) {
  graph::Model with = SmallCnn();
  graph::Model without = SmallCnn();
  const CodingOptions coding = {.method = CodingMethod::kCodebook, .bits = 2};

  ASSERT_OK_AND_ASSIGN(const CodingReport by_data, Code(with, {.coding = coding}));
  ASSERT_OK_AND_ASSIGN(const CodingReport blind,
                       Code(without, {.coding = coding, .calibration_samples = 0}));

  EXPECT_GT(by_data.outputs[0].snr_db, blind.outputs[0].snr_db);
  EXPECT_EQ(blind.layers[0].output_snr_db, 0);
}

TEST_F(CodeWeightsTest, TunesTheWholeAndSaysSo) {
  graph::Model model = SmallCnn();

  ASSERT_OK_AND_ASSIGN(
      const CodingReport report,
      Code(model, {.coding = {.method = CodingMethod::kCodebook, .bits = 2}, .tuning_passes = 4}));

  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("tuned as a whole")));
  EXPECT_GT(report.outputs[0].snr_db, 5);
}

TEST_F(CodeWeightsTest, LooksAtWhatEachGroupTakesIn) {
  const auto snr_db = [&](std::size_t calibration_samples) {
    ModelBuilder builder;
    builder.Input("x", {-1, 8, 6, 6}).RandomFloats("k", Shape({64, 1, 3, 3}), 0.3F);
    builder.RandomFloats("b", Shape({64}), 0.1F).Node("Relu", {"x"}, "r");
    builder.Node("AveragePool", {"r"}, "a", {{"kernel_shape", std::vector<std::int64_t>{2, 2}}});
    builder.Node("Conv", {"a", "k", "b"}, "y", {{"group", std::int64_t{8}}});
    graph::Model model = builder.Output("y").Build();
    const auto report = Code(model, {.coding = {.method = CodingMethod::kUniform, .bits = 3},
                                     .calibration_samples = calibration_samples});
    EXPECT_TRUE(report) << (report ? "" : ToString(report.error()));
    return report ? report->outputs[0].snr_db : 0;
  };

  EXPECT_GT(snr_db(60), snr_db(0) + 3);
}

TEST_F(CodeWeightsTest, SaysWhyTheWholeIsNotTuned) {
  graph::Model model = SmallCnn();
  graph::Node atan;
  atan.op_type = "Atan";
  atan.inputs = {"y"};
  atan.outputs = {"z"};
  model.graph.nodes.push_back(atan);
  model.graph.outputs[0].name = "z";

  ASSERT_OK_AND_ASSIGN(const CodingReport report, Code(model, {.tuning_passes = 1}));

  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("no derivative of Atan")));
  EXPECT_TRUE(report.layers[0].is_coded);
}

TEST_F(CodeWeightsTest, CodesSomeLayersUnlikeTheOthers) {
  graph::Model model = SmallCnn();

  ASSERT_OK_AND_ASSIGN(const CodingReport report,
                       Code(model, {.layer_coding = {{"c", {.bits = 2}}}}));

  EXPECT_EQ(report.layers[0].bits, 2);
  EXPECT_EQ(report.layers[1].bits, 4);
  EXPECT_THAT(Code(model, {.layer_coding = {{"z", {}}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"z\"")));
  EXPECT_THAT(Code(model, {.layer_coding = {{"c", {.bits = 9}}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("bits is 9")));
}

TEST_F(CodeWeightsTest, TakesOldOpsets) {
  for (const std::int64_t opset : {11, 12}) {
    graph::Model model = SmallCnn(opset);
    ASSERT_OK(Code(model,
                   {.coding = {.method = CodingMethod::kResidual, .bits = 3, .vector_length = 2}}));
    EXPECT_EQ(model.OpsetVersion(), opset);
  }
}

TEST_F(CodeWeightsTest, RefusesOpsetsWithoutBitShift) {
  graph::Model model = SmallCnn(10);
  EXPECT_THAT(Code(model, {}), FailsWith(ErrorCode::kUnimplemented, HasSubstr("opset 10")));
}

TEST_F(CodeWeightsTest, KeepsExcludedNodes) {
  graph::Model model = SmallCnn();
  ASSERT_OK_AND_ASSIGN(const CodingReport report, Code(model, {.excluded_nodes = {"c"}}));
  EXPECT_FALSE(report.layers[0].is_coded);
  EXPECT_THAT(report.layers[0].note, HasSubstr("excluded"));
  EXPECT_TRUE(model.graph.initializers.contains("c_weight"));
  EXPECT_FALSE(model.graph.initializers.contains("w"));
}

TEST_F(CodeWeightsTest, RefusesToExcludeWhatIsNotThere) {
  graph::Model model = SmallCnn();
  EXPECT_THAT(Code(model, {.excluded_nodes = {"z"}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"z\"")));
}

TEST_F(CodeWeightsTest, RefusesWeightsThatAreNotFinite) {
  for (const float broken : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    graph::Model model = SmallCnn();
    Tensor weight = model.graph.FindInitializer("w")->Clone();
    weight.mutable_elements<float>()[5] = broken;
    model.graph.initializers["w"] = std::make_shared<const Tensor>(std::move(weight));
    EXPECT_THAT(Code(model, {}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"w\" is")));
    EXPECT_TRUE(model.graph.initializers.contains("c_weight"));
  }
}

TEST_F(CodeWeightsTest, LeavesAModelThatIsCodedAlreadyAsItIs) {
  graph::Model model = SmallCnn();
  ASSERT_OK(Code(model, {}));
  ASSERT_OK_AND_ASSIGN(const std::string coded, graph::SerializeModel(model));

  ASSERT_OK_AND_ASSIGN(const CodingReport again, Code(model, {}));

  EXPECT_THAT(again.layers[0].note, HasSubstr("no constant"));
  EXPECT_THAT(again.notes, ElementsAre(HasSubstr("stays as it is")));
  ASSERT_OK_AND_ASSIGN(const std::string still, graph::SerializeModel(model));
  EXPECT_EQ(still, coded);
}

TEST_F(CodeWeightsTest, LeavesSubgraphsAloneAndSaysSo) {
  ModelBuilder inner;
  inner.Node("Identity", {"y"}, "inner").Output("inner");
  const auto branch = std::make_shared<const graph::Graph>(inner.Build().graph);
  graph::Model model = SmallCnn();
  model.graph.initializers["condition"] =
      std::make_shared<const Tensor>(Tensor::Of<bool>(Shape(), std::array<bool, 1>{true}));
  graph::Node choice;
  choice.op_type = "If";
  choice.inputs = {"condition"};
  choice.outputs = {"z"};
  choice.attributes = {{"then_branch", branch}, {"else_branch", branch}};
  model.graph.nodes.push_back(choice);
  model.graph.outputs[0].name = "z";

  ASSERT_OK_AND_ASSIGN(const CodingReport report, Code(model, {}));

  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("1 operators with subgraphs")));
  EXPECT_TRUE(report.layers[0].is_coded);
}

TEST_F(CodeWeightsTest, RefusesAResultThatIsTooFarOff) {
  graph::Model model = SmallCnn();
  EXPECT_THAT(
      Code(model, {.coding = {.method = CodingMethod::kUniform, .bits = 2}, .min_snr_db = 60}),
      FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("too far off")));
  EXPECT_TRUE(model.graph.initializers.contains("c_weight"));
}

TEST_F(CodeWeightsTest, RefusesSamplesThatDoNotFit) {
  graph::Model model = SmallCnn();
  samples_ = ConstantSamples(Shape({4, 3}), 1);
  EXPECT_THAT(Code(model, {}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("samples are")));
}

TEST_F(CodeWeightsTest, RefusesOptionsOutOfBounds) {
  graph::Model model = SmallCnn();
  EXPECT_THAT(Code(model, {.coding = {.bits = 9}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("bits is 9")));
}

TEST_F(CodeWeightsTest, FoldsBatchNormalizationsFirst) {
  ModelBuilder builder;
  builder.Input("x", {-1, 8, 6, 6}).Convolution("x", "c", {8, 32});
  for (const char* name : {"scale", "shift", "mean"}) builder.RandomFloats(name, Shape({32}), 1);
  builder.Floats("variance", Shape({32}), std::vector<float>(32, 2));
  builder.Node("BatchNormalization", {"c", "scale", "shift", "mean", "variance"}, "y");
  graph::Model model = builder.Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const CodingReport report, Code(model, {}));

  EXPECT_TRUE(report.layers[0].is_coded);
  for (const graph::Node& node : model.graph.nodes) EXPECT_NE(node.op_type, "BatchNormalization");
}

}  // namespace
}  // namespace slipway::codebook
