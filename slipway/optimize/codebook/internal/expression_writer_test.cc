// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/expression_writer.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/validate.h"
#include "slipway/optimize/codebook/testing/random_coded_weight.h"
#include "slipway/runtime/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAreArray;

// A model whose one output is the sum of its input, a scalar, and the weight.
graph::Model ModelOf(const CodedWeight& coded, std::int64_t opset) {
  graph::Model model;
  model.opsets[""] = opset;
  model.graph.inputs = {
      {.name = "x", .dtype = DataType::kFloat32, .shape = std::vector<graph::Dimension>()}};
  model.graph.outputs = {{.name = "y", .dtype = DataType::kFloat32, .shape = std::nullopt}};
  graph::Node add;
  add.op_type = "Add";
  add.inputs = {"x", "weight"};
  add.outputs = {"y"};
  model.graph.nodes = {add};
  model.graph.initializers["weight"] =
      std::make_shared<const Tensor>(*Tensor::Zeros(DataType::kFloat32, coded.layout.shape));
  return model;
}

class ExpressionWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  Result<std::vector<float>> WeightInEngine(const graph::Model& model) {
    SLIPWAY_TRY(graph::ValidateModel(model));
    SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
    SLIPWAY_TRY_ASSIGN(const auto session, engine_->LoadBytes(AsBytes(bytes), "coded model", {}));
    const Tensor zero = *Tensor::Zeros(DataType::kFloat32, Shape());
    const TensorView view = zero.view();
    SLIPWAY_TRY_ASSIGN(const auto outputs, session->NewExecutor()->Run(std::span(&view, 1), {}));
    const auto values = outputs[0].view.elements<float>();
    return std::vector<float>(values.begin(), values.end());
  }

  void ExpectTheEngineDecodes(const CodedWeight& coded, std::int64_t opset) {
    graph::Model model = ModelOf(coded, opset);
    ExpressionWriter writer(model.graph, opset);
    writer.Replace("weight", coded);
    writer.Finish();

    ASSERT_OK_AND_ASSIGN(const std::vector<float> weight, WeightInEngine(model));

    EXPECT_THAT(weight, ElementsAreArray(Decode(coded).elements<float>()));
  }

  std::unique_ptr<runtime::Engine> engine_;
};

TEST_F(ExpressionWriterTest, GivesWeightsOfEveryCodeWidth) {
  for (const std::size_t entries : {2U, 3U, 4U, 7U, 8U, 15U, 16U, 31U, 32U, 64U, 100U, 256U}) {
    SCOPED_TRACE(entries);
    ExpectTheEngineDecodes(RandomCodedWeight({.shape = Shape({5, 3, 3, 3}), .entries = entries}),
                           13);
    // 48 codes fill whole groups of every width.
    ExpectTheEngineDecodes(RandomCodedWeight({.shape = Shape({6, 8}), .entries = entries}), 13);
  }
}

TEST_F(ExpressionWriterTest, GivesWeightsOfEveryOpset) {
  const CodedForm form = {.shape = Shape({7, 10}), .entries = 8, .vector_length = 4, .stages = 2};
  for (const std::int64_t opset : {11, 12, 13, 17, 18, 21}) {
    SCOPED_TRACE(opset);
    ExpectTheEngineDecodes(RandomCodedWeight(form), opset);
  }
}

TEST_F(ExpressionWriterTest, GivesTransposedWeightsWithScales) {
  for (const std::size_t vector_length : {1U, 4U}) {
    ExpectTheEngineDecodes(RandomCodedWeight({.shape = Shape({10, 7}),
                                              .is_transposed = true,
                                              .vector_length = vector_length,
                                              .has_scales = true}),
                           13);
  }
}

TEST_F(ExpressionWriterTest, GivesConvolutionsWithScales) {
  for (const std::size_t vector_length : {1U, 9U, 4U}) {
    ExpectTheEngineDecodes(RandomCodedWeight({.shape = Shape({6, 5, 3, 3}),
                                              .entries = 8,
                                              .vector_length = vector_length,
                                              .has_scales = true}),
                           13);
  }
}

TEST_F(ExpressionWriterTest, GivesSumsOfStages) {
  for (const std::size_t stages : {2U, 3U, 4U}) {
    ExpectTheEngineDecodes(
        RandomCodedWeight(
            {.shape = Shape({6, 16}), .entries = 64, .vector_length = 8, .stages = stages}),
        13);
  }
  ExpectTheEngineDecodes(RandomCodedWeight({.shape = Shape({6, 16}), .entries = 4, .stages = 2}),
                         13);
}

TEST_F(ExpressionWriterTest, PutsColumnsWhereTheyBelong) {
  ExpectTheEngineDecodes(RandomCodedWeight({.shape = Shape({6, 5, 3, 3}),
                                            .entries = 32,
                                            .vector_length = 6,
                                            .has_scales = true,
                                            .has_order = true}),
                         13);
}

TEST_F(ExpressionWriterTest, ReadsACodebookInFloat16) {
  ExpectTheEngineDecodes(RandomCodedWeight({.shape = Shape({6, 16}),
                                            .entries = 256,
                                            .vector_length = 4,
                                            .storage = CodebookStorage::kFloat16}),
                         13);
}

TEST_F(ExpressionWriterTest, MakesFilesAsSmallAsTheirBitsPromise) {
  for (const std::size_t entries : {4U, 8U, 16U, 32U, 64U, 256U}) {
    const CodedWeight coded = RandomCodedWeight(
        {.shape = Shape({128, 251}), .entries = entries, .has_scales = true, .has_order = true});
    graph::Model model = ModelOf(coded, 13);
    ExpressionWriter writer(model.graph, 13);
    writer.Replace("weight", coded);
    writer.Finish();

    ASSERT_OK_AND_ASSIGN(const std::string bytes, graph::SerializeModel(model));

    // 200 bytes for what the model has beside the weight.
    EXPECT_LT(bytes.size(), StoredBytes(coded) + kExpressionBytes + 200) << entries;
  }
}

TEST_F(ExpressionWriterTest, SharesConstantsBetweenWeights) {
  const CodedWeight coded = RandomCodedWeight({.shape = Shape({6, 16}), .entries = 8});
  graph::Model model = ModelOf(coded, 13);
  model.graph.initializers["second"] = model.graph.initializers["weight"];
  ExpressionWriter writer(model.graph, 13);
  writer.Replace("weight", coded);
  const std::size_t with_one = model.graph.initializers.size();

  writer.Replace("second", coded);

  // One initializer less, two more: codes and codebook.
  EXPECT_EQ(model.graph.initializers.size(), with_one + 1);
}

TEST_F(ExpressionWriterTest, TakesNamesThatAreFree) {
  const CodedWeight coded = RandomCodedWeight({.shape = Shape({6, 16})});
  graph::Model model = ModelOf(coded, 13);
  model.graph.initializers["w0.c"] =
      std::make_shared<const Tensor>(*Tensor::Zeros(DataType::kFloat32, Shape()));
  model.graph.nodes[0].inputs[0] = "w0.c";
  model.graph.nodes[0].name = "w0.0";
  ExpressionWriter writer(model.graph, 13);
  writer.Replace("weight", coded);
  writer.Finish();

  ASSERT_OK_AND_ASSIGN(const std::vector<float> weight, WeightInEngine(model));

  EXPECT_THAT(weight, ElementsAreArray(Decode(coded).elements<float>()));
}

}  // namespace
}  // namespace slipway::codebook
