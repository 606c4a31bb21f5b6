// SPDX-License-Identifier: Apache-2.0
/// Signatures of models that take other tensors than clients send.

#include "slipway/base/testing/assert_ok.h"
#include "slipway/serving/model_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using runtime::TensorSpec;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::SizeIs;

const std::vector<TensorSpec> kOne = {{"x", DataType::kFloat32, {-1}}};
const std::vector<TensorSpec> kOut = {{"y", DataType::kFloat32, {-1}}};
const std::vector<TensorSpec> kScale = {{"bias", DataType::kFloat32, {-1, 2}},
                                        {"scale", DataType::kFloat32, {-1, 1}}};
const std::vector<TensorSpec> kRagged = {{"counts", DataType::kInt32, {-1}},
                                         {"x", DataType::kFloat32, {-1}}};

Result<ModelSignature> LayoutOf(std::string_view text, const SessionSpecs& session) {
  SLIPWAY_TRY_ASSIGN(const ModelConfig config, ParseModelConfig(text));
  return CompleteSignature(config, session, 64);
}

auto Refuses(std::string_view message) {
  return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
}

TEST(ModelSignatureLayoutTest, ShowsClientsTheDimsAndKeepsTheShapeOfTheModel) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature,
                       LayoutOf("max_batch_size: 8 "
                                "input { name: 'x' dims: 1 reshape { shape: [] } } "
                                "output { name: 'y' dims: 1 reshape { shape: [] } }",
                                {kOne, kOut}));

  EXPECT_THAT(signature.inputs[0].shape, ElementsAre(-1, 1));
  ASSERT_THAT(signature.input_reshapes, SizeIs(1));
  EXPECT_THAT(signature.input_reshapes[0].model_shape, ElementsAre(-1));
  EXPECT_THAT(signature.outputs[0].spec.shape, ElementsAre(-1, 1));
  EXPECT_THAT(signature.outputs[0].model_shape, Optional(ElementsAre(-1)));
  EXPECT_EQ(ShapeForClient(signature.outputs[0], Shape({3})), Shape({3, 1}));
  EXPECT_TRUE(signature.layout.is_plain());
}

TEST(ModelSignatureLayoutTest, FixesFreeSizesOfAReshapedTensorAsTheModelDoes) {
  const std::vector<TensorSpec> model = {{"x", DataType::kFloat32, {-1, 5, 2, 2}}};

  ASSERT_OK_AND_ASSIGN(
      const ModelSignature signature,
      LayoutOf(
          "max_batch_size: 8 input { name: 'x' dims: [ -1, 4 ] reshape { shape: [ -1, 2, 2 ] } }",
          {model, kOut}));

  EXPECT_THAT(signature.inputs[0].shape, ElementsAre(-1, 5, 4));
}

TEST(ModelSignatureLayoutTest, RefusesAReshapeThatIsNotTheShapeOfTheModel) {
  EXPECT_THAT(LayoutOf("max_batch_size: 8 input { name: 'x' dims: 4 reshape { shape: [ 2, 2 ] } }",
                       {kOne, kOut}),
              Refuses("input \"x\" has reshape [2,2] after the batch dimension"));
}

TEST(ModelSignatureLayoutTest, PutsOptionalInputsLast) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature,
                       LayoutOf("max_batch_size: 8 "
                                "input [ { name: 'scale' dims: 1 optional: true }, "
                                "{ name: 'x' dims: 1 reshape { shape: [] } } ]",
                                {kOne, kOut, kScale}));

  ASSERT_THAT(signature.inputs, SizeIs(2));
  EXPECT_EQ(signature.inputs[1].name, "scale");
  EXPECT_EQ(signature.optional_inputs, 1U);
  ASSERT_THAT(signature.layout.inputs, SizeIs(3));
  EXPECT_EQ(signature.layout.inputs[1].source, CallInput::kNone);
  EXPECT_EQ(signature.layout.inputs[2].source, 1U);
}

TEST(ModelSignatureLayoutTest, LeavesDefaultsAloneThatTheConfigurationDoesNotName) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature, LayoutOf("", {kOne, kOut, kScale}));

  EXPECT_THAT(signature.inputs, SizeIs(1));
  EXPECT_TRUE(signature.layout.is_plain());
}

TEST(ModelSignatureLayoutTest, RefusesOptionalInputsForWhichTheModelHasNoDefault) {
  EXPECT_THAT(
      LayoutOf("input { name: 'x' dims: -1 optional: true }", {kOne, kOut}),
      Refuses("input \"x\" is optional in the configuration, but the model has no default"));
}

constexpr std::string_view kRaggedConfig = R"(
  max_batch_size: 8
  input { name: "x" dims: -1 allow_ragged_batch: true }
  batch_input { kind: BATCH_ACCUMULATED_ELEMENT_COUNT target_name: "counts" data_type: TYPE_INT32
                source_input: "x" }
  output { name: "y" dims: -1 }
  batch_output { target_name: "y" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
)";

TEST(ModelSignatureLayoutTest, MakesBatchInputsOutOfWhatRequestsBring) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature, LayoutOf(kRaggedConfig, {kRagged, kOut}));

  ASSERT_THAT(signature.inputs, SizeIs(1));
  EXPECT_THAT(signature.inputs[0].shape, ElementsAre(-1, -1));
  const BatchLayout& layout = signature.layout;
  ASSERT_THAT(layout.inputs, SizeIs(2));
  EXPECT_EQ(layout.inputs[0].fact, BatchFact::kAccumulatedElementCount);
  EXPECT_EQ(layout.inputs[0].source, 0U);
  EXPECT_TRUE(layout.inputs[1].is_ragged);
  EXPECT_THAT(layout.RaggedInputs(), ElementsAre(0U));
  EXPECT_THAT(layout.scattered, ElementsAre(Optional(0U)));
  EXPECT_THAT(signature.outputs[0].spec.shape, ElementsAre(-1, -1));
}

TEST(ModelSignatureLayoutTest, RefusesBatchInputsThatDoNotFitTheModel) {
  const auto with = [](std::string_view batch_input) {
    return LayoutOf(fmt::format("max_batch_size: 8 input {{ name: 'x' dims: -1 "
                                "allow_ragged_batch: true }} batch_input {{ {} }}",
                                batch_input),
                    {kRagged, kOut});
  };
  EXPECT_THAT(with("target_name: 'z' data_type: TYPE_INT32 source_input: 'x'"),
              Refuses("the model has no input \"z\""));
  EXPECT_THAT(
      with("target_name: 'counts' data_type: TYPE_FP32 source_input: 'x'"),
      Refuses("batch_input \"counts\" is float32 in the configuration, int32 in the model"));
  EXPECT_THAT(with("target_name: 'counts' data_type: TYPE_INT32 source_input: 'z'"),
              Refuses("source_input \"z\" is not an input of the configuration"));
  EXPECT_THAT(with("kind: BATCH_ITEM_SHAPE target_name: 'counts' data_type: TYPE_INT32 "
                   "source_input: 'x'"),
              Refuses("shape [-1], want 2 dimensions"));
  EXPECT_THAT(with("target_name: 'counts' data_type: TYPE_INT32 source_input: [ 'x', 'x' ]"),
              Refuses("has 2 source_input: want 1"));
  EXPECT_THAT(with("target_name: 'counts' data_type: TYPE_BOOL source_input: 'x'"),
              Refuses("data_type is TYPE_BOOL"));
  EXPECT_THAT(with("data_type: TYPE_INT32 source_input: 'x'"), Refuses("has no target_name"));
}

TEST(ModelSignatureLayoutTest, RefusesRaggedInputsWithoutBatching) {
  EXPECT_THAT(LayoutOf("input { name: 'x' dims: -1 allow_ragged_batch: true }", {kOne, kOut}),
              Refuses("need a max_batch_size above 0"));
}

TEST(ModelSignatureLayoutTest, RefusesRaggedInputsOfModelsThatKeepThemInRows) {
  const std::vector<TensorSpec> rows = {{"x", DataType::kFloat32, {-1, 4}}};

  EXPECT_THAT(LayoutOf("max_batch_size: 8 input { name: 'x' dims: 4 allow_ragged_batch: true }",
                       {rows, kOut}),
              Refuses("must have it in shape [-1], not [-1,4]"));
}

TEST(ModelSignatureLayoutTest, PadsToPreferredSizesWhereToldTo) {
  constexpr std::string_view kPad = R"(
    max_batch_size: 8
    dynamic_batching { preferred_batch_size: [ 4, 8 ] }
    parameters { key: "slipway.pad_to_preferred" value { string_value: "true" } }
  )";

  ASSERT_OK_AND_ASSIGN(const ModelSignature signature, LayoutOf(kPad, {kOne, kOut}));

  EXPECT_THAT(signature.layout.padded_sizes, ElementsAre(4, 8));
  EXPECT_EQ(signature.layout.PaddingOf(5), 3);
  EXPECT_EQ(signature.layout.PaddingOf(4), 0);
}

}  // namespace
}  // namespace slipway::serving
