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
  EXPECT_THAT(Reason(ModelBuilder(builder).Node("Erf", {"a"}, "y").Output("y").Build(), "a_weight"),
              HasSubstr("Erf"));
  ModelBuilder groups = builder;
  groups.RandomFloats("w", Shape({4, 2, 3, 3}), 1);
  groups.Node("Conv", {"a", "w"}, "y", {{"group", std::int64_t{2}}}).Output("y");
  EXPECT_THAT(Reason(groups.Build(), "a_weight"), HasSubstr("in each of its groups"));
  EXPECT_THAT(
      Reason(ModelBuilder(builder).Node("Add", {"a", "a_bias"}, "y").Output("y").Build(), "a_bias"),
      HasSubstr("Add"));
  EXPECT_THAT(Reason(builder.Output("a").Output("b").Build(), "a_weight"), HasSubstr("2 outputs"));
}

TEST_F(GradientGraphTest, SaysThatAParameterDoesNotCount) {
  ModelBuilder builder;
  builder.Input("x", {-1, 2, 6, 6}).Convolution("x", "a", {2, 4}).Convolution("x", "b", {2, 4});
  EXPECT_THAT(Reason(builder.Output("a").Build(), "b_weight"), HasSubstr("does not depend"));
}

}  // namespace
}  // namespace slipway::codebook
