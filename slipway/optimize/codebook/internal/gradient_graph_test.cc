// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/gradient_graph.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/runtime/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <random>
#include <vector>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::HasSubstr;

constexpr std::int64_t kBatch = 3;
const std::vector<std::int64_t> kSwapLast = {0, 2, 1};

Tensor RandomTensor(const Shape& shape, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(static_cast<std::size_t>(shape.element_count()));
  for (float& number : numbers) number = normal(random);
  return Tensor::Of<float>(shape, numbers);
}

std::string Reason(const graph::Model& model, const std::string& parameter) {
  const auto gradients = WithGradients(model, std::vector<std::string>{parameter});
  return gradients ? "none" : gradients.error();
}

class GradientGraphTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  // What the gradient model gives for random inputs.
  std::vector<SharedTensor> Run(runtime::Session& session, const std::vector<Tensor>& inputs) {
    std::vector<TensorView> views;
    for (const Tensor& input : inputs) views.push_back(input.view());
    auto outputs = session.NewExecutor()->Run(views, {});
    EXPECT_TRUE(outputs) << (outputs ? "" : ToString(outputs.error()));
    return outputs ? *std::move(outputs) : std::vector<SharedTensor>();
  }

  // Compares the derivatives by each parameter with how the distance changes along a random line.
  void ExpectDerivatives(const graph::Model& model, const std::vector<std::string>& parameters) {
    const auto gradients = WithGradients(model, parameters);
    ASSERT_TRUE(gradients) << gradients.error();
    ASSERT_OK_AND_ASSIGN(const std::string plain, graph::SerializeModel(model));
    ASSERT_OK_AND_ASSIGN(const auto forward, engine_->LoadBytes(AsBytes(plain), "model", {}));
    ASSERT_OK_AND_ASSIGN(const std::string bytes, graph::SerializeModel(*gradients));
    ASSERT_OK_AND_ASSIGN(const auto session, engine_->LoadBytes(AsBytes(bytes), "gradients", {}));
    std::vector<std::int64_t> sizes = forward->inputs()[0].shape;
    sizes[0] = kBatch;
    std::vector<Tensor> inputs;
    inputs.push_back(RandomTensor(*Shape::Create(sizes), 1));
    const auto given = Run(*forward, inputs);
    ASSERT_EQ(given.size(), 1);
    inputs.push_back(RandomTensor(given[0].view.shape, 2));
    for (const std::string& parameter : parameters) {
      inputs.push_back(model.graph.FindInitializer(parameter)->Clone());
    }

    const auto outputs = Run(*session, inputs);

    ASSERT_EQ(outputs.size(), 1 + parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      SCOPED_TRACE(parameters[i]);
      Tensor& parameter = inputs[2 + i];
      ASSERT_EQ(outputs[1 + i].view.shape, parameter.shape());
      const auto derivatives = outputs[1 + i].view.elements<float>();
      const Tensor line = RandomTensor(parameter.shape(), 5);
      const auto along = line.elements<float>();
      const double slope =
          std::inner_product(derivatives.begin(), derivatives.end(), along.begin(), 0.0);
      const Tensor before = parameter.Clone();
      const auto at = [&](float step) {
        for (std::size_t k = 0; k < along.size(); ++k) {
          parameter.mutable_elements<float>()[k] = before.elements<float>()[k] + step * along[k];
        }
        return Run(*session, inputs)[0].view.elements<float>()[0];
      };
      // Float32 allows no smaller step, and this one may cross a kink.
      constexpr float kStep = 2e-3F;
      const double measured = (at(kStep) - at(-kStep)) / (2 * static_cast<double>(kStep));
      EXPECT_NEAR(slope, measured, 0.03 * std::abs(measured) + 0.02);
      parameter = before.Clone();
    }
  }

  std::unique_ptr<runtime::Engine> engine_;
};

TEST_F(GradientGraphTest, KnowsConvolutions) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 9, 8}).Convolution("x", "a", {2, 3});
  builder.RandomFloats("w", Shape({4, 3, 3, 2}), 0.3F).RandomFloats("b", Shape({4}), 0.3F);
  builder.Node("Conv", {"a", "w", "b"}, "c",
               {{"strides", std::vector<std::int64_t>{2, 3}},
                {"dilations", std::vector<std::int64_t>{1, 2}},
                {"pads", std::vector<std::int64_t>{1, 0, 1, 2}}});
  ExpectDerivatives(builder.Output("c").Build(), {"a_weight", "a_bias", "w", "b"});
}

TEST_F(GradientGraphTest, KnowsDepthwiseConvolutions) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 9, 8}).Convolution("x", "a", {2, 4});
  builder.RandomFloats("w", Shape({4, 1, 3, 2}), 0.3F).RandomFloats("b", Shape({4}), 0.3F);
  builder.Node("Conv", {"a", "w", "b"}, "c",
               {{"group", std::int64_t{4}},
                {"strides", std::vector<std::int64_t>{2, 3}},
                {"pads", std::vector<std::int64_t>{1, 0, 1, 2}}});
  ExpectDerivatives(builder.Output("c").Build(), {"a_weight", "w", "b"});
}

TEST_F(GradientGraphTest, KnowsProducts) {
  ModelBuilder builder;
  builder.Input("x", {-1, 6}).RandomFloats("w", Shape({6, 5}), 0.4F);
  builder.RandomFloats("b", Shape({5}), 0.4F).Node("Gemm", {"x", "w", "b"}, "g");
  builder.RandomFloats("v", Shape({7, 5}), 0.4F);
  builder.Node("Gemm", {"g", "v"}, "h", {{"transB", std::int64_t{1}}});
  builder.Integers("sizes", {-1, 7, 1}).Node("Reshape", {"h", "sizes"}, "r");
  builder.RandomFloats("u", Shape({1, 3}), 1).Node("MatMul", {"r", "u"}, "m");
  ExpectDerivatives(builder.Output("m").Build(), {"w", "b", "v", "u"});
}

TEST_F(GradientGraphTest, KnowsWhatLiesBetween) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 6, 6}).Convolution("x", "a", {2, 4}).Node("Relu", {"a"}, "b");
  builder.Convolution("b", "c", {4, 4}).Node("Add", {"b", "c"}, "d").Node("Tanh", {"d"}, "e");
  builder.Floats("half", Shape(), {0.5F}).Node("Mul", {"e", "half"}, "f");
  builder.Node("Sub", {"half", "f"}, "g").Node("Div", {"g", "half"}, "h");
  builder.Floats("low", Shape(), {-2}).Floats("high", Shape(), {1.2F});
  builder.Node("Clip", {"h", "low", "high"}, "i").Node("Sigmoid", {"i"}, "j");
  builder.Node("GlobalAveragePool", {"j"}, "k").Node("Flatten", {"k"}, "y");
  ExpectDerivatives(builder.Output("y").Build(), {"a_weight", "a_bias", "c_weight", "c_bias"});
}

TEST_F(GradientGraphTest, KnowsMaximaApartAndOverlapping) {
  for (const std::int64_t opset : {13, 17}) {
    ModelBuilder builder(opset);
    const std::int64_t kernel = opset == 13 ? 2 : 3;
    builder.Input("x", {-1, 2, 7, 6}).Convolution("x", "a", {2, 4});
    builder.Node("MaxPool", {"a"}, "y",
                 {{"kernel_shape", std::vector<std::int64_t>{kernel, kernel}},
                  {"strides", std::vector<std::int64_t>{2, 2}}});
    ExpectDerivatives(builder.Output("y").Build(), {"a_weight", "a_bias"});
  }
}

TEST_F(GradientGraphTest, KnowsProductsOfTwoActivations) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 6}).RandomFloats("w", Shape({6, 5}), 0.4F);
  builder.Node("MatMul", {"x", "w"}, "a").RandomFloats("v", Shape({6, 5}), 0.4F);
  builder.Node("MatMul", {"x", "v"}, "b").Node("Transpose", {"b"}, "t", {{"perm", kSwapLast}});
  builder.Node("MatMul", {"a", "t"}, "scores");
  // Broadcast over the samples, on the left and on the right.
  builder.RandomFloats("l", Shape({1, 3, 4}), 0.4F).Node("MatMul", {"l", "scores"}, "m");
  builder.RandomFloats("r", Shape({2, 1, 4, 3}), 0.4F).Node("MatMul", {"m", "r"}, "y");
  ExpectDerivatives(builder.Output("y").Build(), {"w", "v", "l", "r"});
}

TEST_F(GradientGraphTest, KnowsTranspositions) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 3}).RandomFloats("w", Shape({3, 4}), 0.4F);
  builder.Node("MatMul", {"x", "w"}, "a");
  builder.Node("Transpose", {"a"}, "b", {{"perm", std::vector<std::int64_t>{1, 2, 0}}});
  builder.Node("Transpose", {"b"}, "c").RandomFloats("u", Shape({3, 4, 2}), 1);
  ExpectDerivatives(builder.Node("Mul", {"c", "u"}, "y").Output("y").Build(), {"w"});
}

TEST_F(GradientGraphTest, SumsOverWhatWasBroadcast) {
  ModelBuilder builder;
  builder.Input("x", {-1, 4, 5}).RandomFloats("a", Shape({5}), 1).RandomFloats("b", Shape(), 1);
  builder.Floats("c", Shape({1, 4, 1}), {2, 3, -2, 4}).RandomFloats("d", Shape({2, 1, 1, 5}), 1);
  builder.Node("Add", {"x", "a"}, "e").Node("Mul", {"b", "e"}, "f").Node("Div", {"f", "c"}, "g");
  builder.Node("Sub", {"g", "d"}, "h").Node("Div", {"a", "c"}, "i").Node("Mul", {"h", "i"}, "y");
  ExpectDerivatives(builder.Output("y").Build(), {"a", "b", "c", "d"});
}

TEST_F(GradientGraphTest, KnowsReductions) {
  for (const std::int64_t opset : {11, 13, 18}) {
    SCOPED_TRACE(opset);
    ModelBuilder builder(opset);
    builder.Input("x", {-1, 4, 5}).RandomFloats("w", Shape({5, 3}), 0.4F);
    builder.Node("MatMul", {"x", "w"}, "a").Node("Tanh", {"a"}, "b");
    const auto reduce = [&](const std::string& op, const std::string& input,
                            const std::string& output, const std::vector<std::int64_t>& axes,
                            std::vector<graph::Attribute> attributes) {
      std::vector<std::string> inputs = {input};
      if (opset < (op == "ReduceSum" ? 13 : 18)) {
        attributes.push_back({"axes", axes});
      } else {
        builder.Integers(output + "_axes", axes);
        inputs.push_back(output + "_axes");
      }
      builder.Node(op, inputs, output, attributes);
    };
    const graph::Attribute flat = {"keepdims", std::int64_t{0}};
    reduce("ReduceMean", "b", "c", {-2}, {});
    reduce("ReduceSum", "b", "d", {0, -1}, {flat});
    reduce("ReduceMean", "b", "e", {2, 1}, {flat});
    builder.Node("ReduceMean", {"b"}, "f").Node("ReduceSum", {"b"}, "g", {flat});
    builder.Node("Add", {"c", "f"}, "h")
        .Node("Reshape", {"d", "four"}, "i")
        .Integers("four", {4, 1});
    builder.Node("Mul", {"h", "i"}, "j").Node("Mul", {"j", "g"}, "k").Integers("rows", {-1, 1, 1});
    builder.Node("Reshape", {"e", "rows"}, "l").Node("Mul", {"k", "l"}, "y");
    ExpectDerivatives(builder.Output("y").Build(), {"w"});
  }
}

TEST_F(GradientGraphTest, KnowsReductionsOfNothing) {
  ModelBuilder builder;
  builder.Input("x", {-1, 5}).RandomFloats("w", Shape({5, 3}), 0.4F);
  builder.Node("MatMul", {"x", "w"}, "a").Integers("none", {});
  builder.Node("ReduceSum", {"a", "none"}, "b", {{"noop_with_empty_axes", std::int64_t{1}}});
  ExpectDerivatives(builder.Node("Tanh", {"b"}, "y").Output("y").Build(), {"w"});
}

TEST_F(GradientGraphTest, KnowsSoftmaxOverOneAxisAndOverTheRest) {
  for (const std::int64_t opset : {12, 13}) {
    for (const std::int64_t axis : {1, -1, 2}) {
      SCOPED_TRACE(opset);
      ModelBuilder builder(opset);
      builder.Input("x", {-1, 4, 6}).RandomFloats("w", Shape({6, 5}), 1);
      builder.Node("MatMul", {"x", "w"}, "a").Node("Softmax", {"a"}, "b", {{"axis", axis}});
      builder.RandomFloats("u", Shape({4, 5}), 3).Node("Mul", {"b", "u"}, "y");
      ExpectDerivatives(builder.Output("y").Build(), {"w"});
    }
  }
}

TEST_F(GradientGraphTest, KnowsLayerNormalization) {
  for (const std::int64_t axis : {-1, 1}) {
    SCOPED_TRACE(axis);
    ModelBuilder builder(17);
    builder.Input("x", {-1, 4, 6}).RandomFloats("w", Shape({6, 5}), 0.4F);
    const Shape normalized = axis == 1 ? Shape({4, 5}) : Shape({5});
    builder.RandomFloats("scale", normalized, 1).RandomFloats("bias", normalized, 1);
    builder.Node("MatMul", {"x", "w"}, "a");
    builder.Node("LayerNormalization", {"a", "scale", "bias"}, "y",
                 {{"axis", axis}, {"epsilon", 0.1F}});
    ExpectDerivatives(builder.Output("y").Build(), {"w", "scale", "bias"});
  }
}

TEST_F(GradientGraphTest, KnowsFunctionsOfSingleNumbers) {
  ModelBuilder builder;
  builder.Input("x", {-1, 6}).RandomFloats("w", Shape({6, 5}), 0.4F);
  builder.Node("MatMul", {"x", "w"}, "a").Node("Erf", {"a"}, "b").Node("Exp", {"b"}, "c");
  builder.Node("Sqrt", {"c"}, "d").Node("Reciprocal", {"d"}, "e").Node("Neg", {"e"}, "f");
  builder.Floats("exponent", Shape(), {1.7F}).Node("Pow", {"c", "exponent"}, "g");
  builder.Integers("square", {2}).Node("Pow", {"f", "square"}, "h");
  builder.Node("Log", {"g"}, "i").Node("Mul", {"h", "i"}, "j").Node("Add", {"j", "g"}, "y");
  ExpectDerivatives(builder.Output("y").Build(), {"w"});
}

TEST_F(GradientGraphTest, KnowsThatShapesStay) {
  ModelBuilder builder;
  builder.Input("x", {-1, 6}).RandomFloats("w", Shape({6, 4}), 0.4F);
  builder.Node("MatMul", {"x", "w"}, "a").Node("Shape", {"a"}, "sizes");
  builder.Integers("more", {1}).Node("Concat", {"sizes", "more"}, "s", {{"axis", std::int64_t{0}}});
  builder.Node("Tanh", {"a"}, "b").Node("Reshape", {"b", "s"}, "y");
  ExpectDerivatives(builder.Output("y").Build(), {"w"});
}

TEST_F(GradientGraphTest, MeasuresClassesByTheirProbabilities) {
  ModelBuilder builder;
  builder.Input("x", {-1, 6}).RandomFloats("w", Shape({6, 5}), 0.4F);
  builder.Node("MatMul", {"x", "w"}, "y").Output("y");
  graph::Model model = builder.Build();
  model.graph.outputs[0].shape = {{.size = std::nullopt, .name = "n"}, {.size = 5, .name = ""}};
  ExpectDerivatives(model, {"w"});
}

TEST_F(GradientGraphTest, SaysWhatItDoesNotKnow) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 6, 6}).Convolution("x", "a", {2, 4});
  const auto with = [&](const std::string& op, const std::vector<std::string>& inputs) {
    return ModelBuilder(builder).Node(op, inputs, "y").Output("y").Build();
  };
  EXPECT_THAT(Reason(with("Atan", {"a"}), "a_weight"), HasSubstr("Atan"));
  EXPECT_THAT(Reason(with("Pow", {"x", "a"}), "a_weight"), HasSubstr("Pow by input 1"));
  builder.Floats("vector", Shape({6}), {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Reason(with("MatMul", {"a", "vector"}), "a_weight"), HasSubstr("vector"));
  EXPECT_THAT(Reason(builder.Output("a").Output("b").Build(), "a_weight"), HasSubstr("2 outputs"));
}

TEST_F(GradientGraphTest, SaysWhichAttributesItDoesNotKnow) {
  ModelBuilder builder(18);
  builder.Input("x", {-1, 2, 6, 6}).Input("axes", {1}).Convolution("x", "a", {2, 4});
  builder.RandomFloats("w", Shape({4, 2, 3, 3}), 1);
  const auto reason = [&](const std::string& op, const std::vector<std::string>& inputs,
                          const std::vector<graph::Attribute>& attributes) {
    return Reason(ModelBuilder(builder).Node(op, inputs, "y", attributes).Output("y").Build(),
                  "a_weight");
  };
  EXPECT_THAT(reason("Conv", {"a", "w"}, {{"group", std::int64_t{2}}}),
              HasSubstr("in each of its groups"));
  EXPECT_THAT(reason("ReduceMean", {"a", "axes"}, {}), HasSubstr("axes that are computed"));
}

TEST_F(GradientGraphTest, RefusesASecondOutputThatCounts) {
  ModelBuilder builder(17);
  builder.Input("x", {-1, 6}).RandomFloats("w", Shape({6, 5}), 1);
  builder.RandomFloats("scale", Shape({5}), 1).Node("MatMul", {"x", "w"}, "a");
  builder.Node("LayerNormalization", {"a", "scale"}, "b").Node("Add", {"b", "mean"}, "y");
  graph::Model model = builder.Output("y").Build();
  model.graph.nodes[1].outputs.emplace_back("mean");
  EXPECT_THAT(Reason(model, "w"), HasSubstr("second output of LayerNormalization"));
}

TEST_F(GradientGraphTest, SaysThatAParameterDoesNotCount) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 6, 6}).Convolution("x", "a", {2, 4}).Convolution("x", "b", {2, 4});
  EXPECT_THAT(Reason(builder.Output("a").Build(), "b_weight"), HasSubstr("does not depend"));
}

}  // namespace
}  // namespace slipway::codebook
