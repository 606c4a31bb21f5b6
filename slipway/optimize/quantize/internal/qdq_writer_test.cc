// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/qdq_writer.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/graph_index.h"
#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Quantizes with the range [-1, 2] for every value.
Result<QdqGraph> Quantize(const graph::Model& model, const QdqOptions& options = {}) {
  const StaticPlan plan = PlanStaticQuantization(model.graph, {});
  RangesByValue ranges;
  for (const std::string& value : plan.ValuesToCalibrate()) ranges[value] = {-1, 2};
  return WriteQdq(model.graph, plan, ranges, options);
}

std::vector<std::string> OpsOf(const graph::Graph& graph) {
  std::vector<std::string> ops;
  for (const graph::Node& node : graph.nodes) ops.push_back(node.op_type);
  return ops;
}

// The node that gives input `index` of `node`.
const graph::Node& SourceOf(const graph::Graph& graph, const graph::Node& node, std::size_t index) {
  return graph.nodes[*graph::GraphIndex(graph).ProducerOf(node.inputs[index])];
}

template <typename T>
std::vector<T> Values(const graph::Graph& graph, const std::string& name) {
  const auto values = graph.FindInitializer(name)->elements<T>();
  return {values.begin(), values.end()};
}

graph::Model ConvolutionAndRelu() {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 4}).Node("Relu", {"c"}, "r");
  return builder.Output("r").Build();
}

TEST(QdqWriterTest, PutsNoPairBetweenAConvolutionAndItsActivation) {
  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(ConvolutionAndRelu()));

  EXPECT_THAT(OpsOf(qdq.graph), ElementsAre("QuantizeLinear", "DequantizeLinear",
                                            "DequantizeLinear", "DequantizeLinear", "Conv", "Relu",
                                            "QuantizeLinear", "DequantizeLinear"));
}

TEST(QdqWriterTest, KeepsTheNamesOfInputsAndOutputs) {
  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(ConvolutionAndRelu()));

  EXPECT_EQ(qdq.graph.inputs[0].name, "x");
  EXPECT_EQ(qdq.graph.outputs[0].name, "r");
  EXPECT_THAT(qdq.graph.nodes.back().outputs, ElementsAre("r"));
}

TEST(QdqWriterTest, GivesTheBiasExactlyTheProductOfTheOtherScales) {
  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(ConvolutionAndRelu()));

  const graph::Node& conv = qdq.graph.nodes[4];
  const graph::Node& input = SourceOf(qdq.graph, conv, 0);
  const graph::Node& weight = SourceOf(qdq.graph, conv, 1);
  const graph::Node& bias = SourceOf(qdq.graph, conv, 2);
  const float input_scale = Values<float>(qdq.graph, input.inputs[1])[0];
  const std::vector<float> weight_scales = Values<float>(qdq.graph, weight.inputs[1]);
  const std::vector<float> bias_scales = Values<float>(qdq.graph, bias.inputs[1]);
  ASSERT_EQ(weight_scales.size(), 4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(bias_scales[i], input_scale * weight_scales[i]);
  }
  EXPECT_EQ(qdq.graph.FindInitializer(weight.inputs[0])->dtype(), DataType::kInt8);
  EXPECT_EQ(qdq.graph.FindInitializer(bias.inputs[0])->dtype(), DataType::kInt32);
  EXPECT_EQ(weight.IntAttribute("axis", -1), 0);
}

TEST(QdqWriterTest, LeavesFloatWeightsOutUnlessSomethingElseReadsThem) {
  graph::Model model = ConvolutionAndRelu();
  graph::Node reader;
  reader.op_type = "Identity";
  reader.inputs = {"c_bias"};
  reader.outputs = {"also"};
  model.graph.nodes.push_back(reader);
  model.graph.outputs.push_back(
      {.name = "also", .dtype = DataType::kFloat32, .shape = std::nullopt});

  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(model));

  EXPECT_EQ(qdq.graph.FindInitializer("c_weight"), nullptr);
  EXPECT_NE(qdq.graph.FindInitializer("c_bias"), nullptr);
}

TEST(QdqWriterTest, SharesOneScaleOnBothSidesOfPassingOperators) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Convolution("x", "c", {4, 4}).Node("MaxPool", {"c"}, "p");
  const graph::Model model = builder.Convolution("p", "y", {4, 4}).Output("y").Build();

  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(model));

  const graph::GraphIndex index(qdq.graph);
  const graph::Node& pool = qdq.graph.nodes[*index.ProducerOf("p_unquantized")];
  const graph::Node& before = SourceOf(qdq.graph, pool, 0);
  const graph::Node& after = qdq.graph.nodes[index.UsesOf("p_unquantized")[0].node];
  EXPECT_EQ(pool.op_type, "MaxPool");
  EXPECT_EQ(after.op_type, "QuantizeLinear");
  EXPECT_EQ(before.inputs[1], after.inputs[1]);
  EXPECT_EQ(before.inputs[2], after.inputs[2]);
}

TEST(QdqWriterTest, LetsFloatReadersHaveWhatAFloatOperatorGives) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 8, 8}).Node("Neg", {"x"}, "n").Node("Abs", {"n"}, "a");
  const graph::Model model = builder.Convolution("n", "y", {4, 4}).Output("y").Output("a").Build();

  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(model));

  const graph::GraphIndex index(qdq.graph);
  EXPECT_THAT(qdq.graph.nodes[*index.ProducerOf("a")].inputs, ElementsAre("n"));
  EXPECT_EQ(SourceOf(qdq.graph, qdq.graph.nodes[*index.ProducerOf("y_unquantized")], 0).op_type,
            "DequantizeLinear");
}

TEST(QdqWriterTest, QuantizesASharedWeightOnce) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4}).RandomFloats("w", Shape({4, 4}), 1);
  builder.Node("Gemm", {"x", "w"}, "a").Node("Gemm", {"a", "w"}, "y").Output("y");

  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(builder.Build()));

  EXPECT_NE(qdq.graph.FindInitializer("w_quantized"), nullptr);
  EXPECT_EQ(qdq.graph.FindInitializer("w_quantized_1"), nullptr);
  EXPECT_EQ(qdq.graph.FindInitializer("w"), nullptr);
}

TEST(QdqWriterTest, QuantizesASharedWeightTwiceIfABiasAsksForAnotherScale) {
  ModelBuilder builder;
  builder.Input("x", {-1, 1}).Floats("w", Shape({1, 1}), {1e-9F}).Floats("b", Shape({1}), {1e3F});
  builder.Node("Gemm", {"x", "w"}, "a").Node("Gemm", {"a", "w", "b"}, "y").Output("y");

  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(builder.Build()));

  EXPECT_NE(qdq.graph.FindInitializer("w_quantized_1"), nullptr);
}

TEST(QdqWriterTest, WritesTheTypesThatAreAskedFor) {
  ASSERT_OK_AND_ASSIGN(const QdqGraph u8u8,
                       Quantize(ConvolutionAndRelu(), {.format = {.weights = DataType::kUint8}}));
  ASSERT_OK_AND_ASSIGN(const QdqGraph s8s8, Quantize(ConvolutionAndRelu(),
                                                     {.format = {.activations = DataType::kInt8}}));

  EXPECT_EQ(u8u8.graph.FindInitializer("c_weight_quantized")->dtype(), DataType::kUint8);
  EXPECT_THAT(Values<std::uint8_t>(u8u8.graph, "c_weight_zero_point"), Each(128));
  EXPECT_THAT(Values<std::int8_t>(s8s8.graph, "c_weight_zero_point"), Each(0));
  EXPECT_THAT(Values<std::int8_t>(s8s8.graph, "x_zero_point"), ElementsAre(85 - 128));
}

TEST(QdqWriterTest, GivesAWeightTensorOneScaleUnlessPerChannel) {
  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq,
                       Quantize(ConvolutionAndRelu(), {.format = {.per_channel = false}}));

  const Tensor& weight_scale = *qdq.graph.FindInitializer("c_weight_scale");
  const float input_scale = Values<float>(qdq.graph, "x_scale")[0];
  EXPECT_EQ(weight_scale.shape(), Shape());
  EXPECT_THAT(Values<float>(qdq.graph, "c_bias_scale"),
              ElementsAre(input_scale * weight_scale.elements<float>()[0]));
  EXPECT_EQ(qdq.weights.at(0).scale_count, 1);
}

TEST(QdqWriterTest, SaysWhatBecameOfTheWeights) {
  ASSERT_OK_AND_ASSIGN(const QdqGraph qdq, Quantize(ConvolutionAndRelu()));

  ASSERT_TRUE(qdq.weights.contains(0));
  EXPECT_EQ(qdq.weights.at(0).scale_count, 4);
  EXPECT_GT(qdq.weights.at(0).change.snr_db, 35);
}

TEST(QdqWriterTest, NamesTheValueOrWeightThatIsNotFinite) {
  const graph::Model model = ConvolutionAndRelu();
  const StaticPlan plan = PlanStaticQuantization(model.graph, {});
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(WriteQdq(model.graph, plan, {{"x", {0, infinity}}, {"r", {0, 1}}}, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("value \"x\"")));

  ModelBuilder builder;
  builder.Input("x", {-1, 1}).Floats("w", Shape({1, 1}), {infinity}).Node("Gemm", {"x", "w"}, "y");
  EXPECT_THAT(Quantize(builder.Output("y").Build()),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("initializer \"w\""), HasSubstr("not finite"))));
}

}  // namespace
}  // namespace slipway::quantize
