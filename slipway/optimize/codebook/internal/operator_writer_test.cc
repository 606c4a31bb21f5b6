// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/operator_writer.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/validate.h"
#include "slipway/optimize/codebook/testing/normal_numbers.h"
#include "slipway/optimize/codebook/testing/random_coded_weight.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/runtime/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::FloatNear;
using ::testing::Pointwise;

constexpr std::int64_t kInputs = 3;
constexpr std::int64_t kColumns = 20;
constexpr std::int64_t kRows = 8;

// relu(x · w + b) with the weight that `coded` stands for.
graph::Model ReluOfProduct(const CodedWeight& coded) {
  ModelBuilder builder;
  builder.Input("x", {-1, kColumns}).RandomFloats("b", Shape({kRows}), 1);
  builder.Node("MatMul", {"x", "w"}, "m").Node("Add", {"m", "b"}, "a").Node("Relu", {"a"}, "r");
  builder.Node("Identity", {"r"}, "y");
  graph::Model model = builder.Output("y").Build();
  model.graph.initializers["w"] = std::make_shared<const Tensor>(Decode(coded));
  return model;
}

class OperatorWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<std::vector<float>> Run(const graph::Model& model) {
    SLIPWAY_TRY(graph::ValidateModel(model));
    SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
    SLIPWAY_TRY_ASSIGN(const auto session, engine_->LoadBytes(AsBytes(bytes), "model", {}));
    const Tensor x = Tensor::Of<float>(Shape({kInputs, kColumns}), Normal(5, kInputs * kColumns));
    const TensorView view = x.view();
    SLIPWAY_TRY_ASSIGN(const auto outputs, session->NewExecutor()->Run(std::span(&view, 1), {}));
    const auto values = outputs[0].view.elements<float>();
    return std::vector<float>(values.begin(), values.end());
  }

  std::unique_ptr<runtime::Engine> engine_;
};

graph::Model WithOperator(graph::Model model, const CodedWeight& coded, bool int8_products) {
  const auto layer = AsProductLayer(model.graph, graph::GraphIndex(model.graph), "w");
  EXPECT_TRUE(layer) << layer.error();
  OperatorWriter writer(model, int8_products);
  writer.Replace(*layer, "w", coded);
  writer.Finish();
  return model;
}

TEST_F(OperatorWriterTest, ComputesWhatTheProductDid) {
  for (const CodedForm& form :
       {CodedForm{.entries = 16, .has_scales = true}, CodedForm{.entries = 5},
        CodedForm{.entries = 200, .has_order = true},
        CodedForm{.vector_length = 4,
                  .stages = 2,
                  .has_scales = true,
                  .has_order = true,
                  .storage = CodebookStorage::kFloat16}}) {
    CodedForm transposed = form;
    transposed.shape = Shape({kColumns, kRows});
    transposed.is_transposed = true;
    const CodedWeight coded = RandomCodedWeight(transposed);
    const graph::Model original = ReluOfProduct(coded);
    const graph::Model written = WithOperator(original, coded, false);
    EXPECT_EQ(written.graph.nodes.size(), 2) << "the operator and Identity";

    ASSERT_OK_AND_ASSIGN(const std::vector<float> want, Run(original));
    ASSERT_OK_AND_ASSIGN(const std::vector<float> got, Run(written));

    EXPECT_THAT(got, Pointwise(FloatNear(1e-4F), want));
  }
}

TEST_F(OperatorWriterTest, AsksForProductsOfBytes) {
  const CodedWeight coded =
      RandomCodedWeight({.shape = Shape({kColumns, kRows}), .is_transposed = true});
  const graph::Model original = ReluOfProduct(coded);

  ASSERT_OK_AND_ASSIGN(const std::vector<float> want, Run(original));
  ASSERT_OK_AND_ASSIGN(const std::vector<float> got, Run(WithOperator(original, coded, true)));

  EXPECT_NE(got, want) << "nothing was rounded";
  EXPECT_THAT(got, Pointwise(FloatNear(0.2F), want));
}

TEST_F(OperatorWriterTest, TakesNamesThatAreFree) {
  const CodedWeight coded =
      RandomCodedWeight({.shape = Shape({kColumns, kRows}), .is_transposed = true});
  graph::Model original = ReluOfProduct(coded);
  original.graph.nodes[3].inputs[0] = "q0.c";
  original.graph.nodes[2].outputs[0] = "q0.c";
  const graph::Model written = WithOperator(original, coded, false);

  ASSERT_OK_AND_ASSIGN(const std::vector<float> want, Run(original));
  ASSERT_OK_AND_ASSIGN(const std::vector<float> got, Run(written));

  EXPECT_THAT(got, Pointwise(FloatNear(1e-4F), want));
}

}  // namespace
}  // namespace slipway::codebook
