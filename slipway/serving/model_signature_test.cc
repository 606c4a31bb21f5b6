// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_signature.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using runtime::TensorSpec;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::int64_t kDefaultMaxBatchSize = 64;

const std::vector<TensorSpec> kImage = {{"image", DataType::kFloat32, {-1, 1, 28, 28}}};
const std::vector<TensorSpec> kScores = {{"logits", DataType::kFloat32, {-1, 10}},
                                         {"label", DataType::kInt64, {-1}}};

Result<ModelSignature> Complete(std::string_view text,
                                const SessionSpecs& session = {kImage, kScores}) {
  SLIPWAY_TRY_ASSIGN(const ModelConfig config, ParseModelConfig(text));
  return CompleteSignature(config, session, kDefaultMaxBatchSize);
}

TEST(ModelSignatureTest, BatchesWhenTheFirstDimensionOfEveryTensorIsFree) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature, Complete(""));

  EXPECT_EQ(signature.max_batch_size, kDefaultMaxBatchSize);
  ASSERT_THAT(signature.inputs, SizeIs(1));
  EXPECT_THAT(signature.inputs[0].shape, ElementsAre(-1, 1, 28, 28));
  ASSERT_THAT(signature.outputs, SizeIs(2));
  EXPECT_EQ(signature.outputs[1].spec.name, "label");
  EXPECT_EQ(signature.outputs[1].session_index, 1U);
}

TEST(ModelSignatureTest, DoesNotBatchWhenOneFirstDimensionIsFixed) {
  const std::vector<TensorSpec> sum = {{"sum", DataType::kFloat32, {1}}};

  ASSERT_OK_AND_ASSIGN(const ModelSignature signature, Complete("", {kImage, sum}));

  EXPECT_EQ(signature.max_batch_size, 0);
}

TEST(ModelSignatureTest, DoesNotBatchWithoutInputsOrRanks) {
  const std::vector<TensorSpec> scalar = {{"x", DataType::kFloat32, {}}};

  ASSERT_OK_AND_ASSIGN(const ModelSignature no_inputs, Complete("", {{}, kScores}));
  ASSERT_OK_AND_ASSIGN(const ModelSignature no_rank, Complete("", {scalar, kScores}));

  EXPECT_EQ(no_inputs.max_batch_size, 0);
  EXPECT_EQ(no_rank.max_batch_size, 0);
}

TEST(ModelSignatureTest, DoesNotBatchWhenDimsIncludeTheRows) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature,
                       Complete("input { name: 'image' dims: [ -1, 1, 28, 28 ] }"));

  EXPECT_EQ(signature.max_batch_size, 0);
  EXPECT_THAT(signature.inputs[0].shape, ElementsAre(-1, 1, 28, 28));
}

TEST(ModelSignatureTest, KeepsTheConfiguredBatchSize) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature, Complete("max_batch_size: 8"));

  EXPECT_EQ(signature.max_batch_size, 8);
}

TEST(ModelSignatureTest, TakesFixedSizesFromWhoeverKnowsThem) {
  const std::vector<TensorSpec> image = {{"image", DataType::kFloat32, {-1, 1, -1, 28}}};

  ASSERT_OK_AND_ASSIGN(
      const ModelSignature signature,
      Complete("max_batch_size: 8 input { name: 'image' dims: [ -1, 32, -1 ] }", {image, kScores}));

  EXPECT_THAT(signature.inputs[0].shape, ElementsAre(-1, 1, 32, 28));
}

TEST(ModelSignatureTest, ServesTheOutputsOfTheConfigurationInItsOrder) {
  ASSERT_OK_AND_ASSIGN(const ModelSignature signature,
                       Complete("max_batch_size: 8 output { name: 'logits' dims: 10 }"));

  ASSERT_THAT(signature.outputs, SizeIs(1));
  EXPECT_EQ(signature.outputs[0].spec.name, "logits");
  EXPECT_EQ(signature.outputs[0].session_index, 0U);
}

TEST(ModelSignatureTest, RefusesWhatDisagreesWithTheModel) {
  const auto refuses = [](std::string_view first, std::string_view second) {
    return FailsWith(ErrorCode::kInvalidArgument, AllOf(HasSubstr(first), HasSubstr(second)));
  };
  EXPECT_THAT(Complete("output { name: 'classes' dims: 10 }"),
              refuses("output \"classes\"", "logits, label"));
  EXPECT_THAT(Complete("input { name: 'image' dims: [ 1, 28, 28 ] data_type: TYPE_UINT8 }"),
              refuses("uint8 in the configuration", "float32 in the model"));
  EXPECT_THAT(Complete("input { name: 'image' dims: [ 3, 28, 28 ] }"),
              refuses("[3,28,28] after the batch dimension", "[-1,1,28,28]"));
  EXPECT_THAT(Complete("max_batch_size: 2 input { name: 'image' dims: [ 1, 784 ] }"),
              refuses("[1,784]", "[-1,1,28,28]"));
  EXPECT_THAT(Complete("max_batch_size: 4 dynamic_batching { preferred_batch_size: [ 2, 8 ] }"),
              refuses("preferred_batch_size is 8", "max_batch_size, 4"));
}

TEST(ModelSignatureTest, RefusesABatchSizeForAModelWithFixedRows) {
  const std::vector<TensorSpec> sum = {{"sum", DataType::kFloat32, {1}}};

  EXPECT_THAT(
      Complete("max_batch_size: 4", {kImage, sum}),
      FailsWith(ErrorCode::kInvalidArgument, AllOf(HasSubstr("max_batch_size is 4"),
                                                   HasSubstr("output \"sum\""), HasSubstr("[1]"))));
}

TEST(ModelSignatureTest, RefusesAConfigurationThatLeavesAnInputOut) {
  const std::vector<TensorSpec> two = {{"a", DataType::kFloat32, {-1, 1}},
                                       {"b", DataType::kFloat32, {-1, 1}}};

  EXPECT_THAT(Complete("input { name: 'a' dims: 1 }", {two, kScores}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("leaves out input \"b\"")));
}

}  // namespace
}  // namespace slipway::serving
