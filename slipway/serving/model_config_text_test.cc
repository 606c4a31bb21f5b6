// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_config_text.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/serving/internal/model_config.pb.h"
#include "slipway/serving/testing/model_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// image [-1,1,28,28] to logits [-1,10] and a word a row.
ModelSignature Signature(std::int64_t max_batch_size) {
  return {.max_batch_size = max_batch_size,
          .inputs = {{"image", DataType::kFloat32, {-1, 1, 28, 28}}},
          .outputs = {{{"logits", DataType::kFloat32, {-1, 10}}, 0},
                      {{"word", DataType::kBytes, {-1}}, 1}}};
}

Result<ConfigText> CompleteText(std::string_view text, const ModelSignature& signature) {
  SLIPWAY_TRY_ASSIGN(const ModelConfig config, ParseModelConfig(text));
  return CompleteConfigText(config,
                            {.model = kFashion, .signature = signature, .instance_count = 2});
}

TEST(ModelConfigTextTest, CompletesAnEmptyConfiguration) {
  ASSERT_OK_AND_ASSIGN(const ConfigText text, CompleteText("", Signature(64)));

  config::ModelConfig message;
  ASSERT_TRUE(message.ParseFromString(text.protobuf));
  EXPECT_EQ(message.name(), "fashion");
  EXPECT_EQ(message.platform(), "onnxruntime_onnx");
  EXPECT_EQ(message.backend(), "onnxruntime");
  EXPECT_EQ(message.default_model_filename(), "model.onnx");
  EXPECT_EQ(message.max_batch_size(), 64);
  EXPECT_EQ(message.version_policy().latest().num_versions(), 1U);
  ASSERT_EQ(message.input_size(), 1);
  EXPECT_EQ(message.input(0).name(), "image");
  EXPECT_EQ(message.input(0).data_type(), config::TYPE_FP32);
  EXPECT_THAT(message.input(0).dims(), ElementsAre(1, 28, 28));
  ASSERT_EQ(message.output_size(), 2);
  EXPECT_EQ(message.output(1).data_type(), config::TYPE_STRING);
  EXPECT_THAT(message.output(1).dims(), ElementsAre(1)) << "dims are never empty";
  EXPECT_TRUE(message.output(1).has_reshape());
  ASSERT_EQ(message.instance_group_size(), 1);
  EXPECT_EQ(message.instance_group(0).name(), "fashion_0");
  EXPECT_EQ(message.instance_group(0).count(), 2);
  EXPECT_EQ(message.instance_group(0).kind(), config::ModelInstanceGroup::KIND_CPU);
  EXPECT_THAT(message.dynamic_batching().preferred_batch_size(), ElementsAre(64));
}

TEST(ModelConfigTextTest, KeepsAllDimsOfAModelThatDoesNotBatch) {
  ASSERT_OK_AND_ASSIGN(const ConfigText text, CompleteText("", Signature(0)));

  config::ModelConfig message;
  ASSERT_TRUE(message.ParseFromString(text.protobuf));
  EXPECT_THAT(message.input(0).dims(), ElementsAre(-1, 1, 28, 28));
  EXPECT_FALSE(message.has_dynamic_batching());
}

TEST(ModelConfigTextTest, KeepsWhatWasGiven) {
  ASSERT_OK_AND_ASSIGN(const ConfigText text, CompleteText(R"(
    max_batch_size: 8
    default_model_filename: "net.onnx"
    version_policy { all {} }
    output { name: "word" dims: 1 reshape { shape: [] } label_filename: "words.txt" }
    instance_group { name: "mine" count: 3 }
    dynamic_batching { preferred_batch_size: 4 max_queue_delay_microseconds: 100 }
    optimization { priority: PRIORITY_MAX }
    metric_tags { key: "team" value: "vision" })",
                                                           Signature(8)));

  config::ModelConfig message;
  ASSERT_TRUE(message.ParseFromString(text.protobuf));
  EXPECT_EQ(message.default_model_filename(), "net.onnx");
  EXPECT_TRUE(message.version_policy().has_all());
  EXPECT_EQ(message.output(0).label_filename(), "words.txt");
  EXPECT_EQ(message.output(0).data_type(), config::TYPE_STRING);
  EXPECT_EQ(message.instance_group(0).name(), "mine");
  EXPECT_EQ(message.instance_group(0).count(), 3);
  EXPECT_THAT(message.dynamic_batching().preferred_batch_size(), ElementsAre(4));
  EXPECT_EQ(message.optimization().priority(), config::ModelOptimizationPolicy::PRIORITY_MAX);
  EXPECT_EQ(message.metric_tags().at("team"), "vision");
}

TEST(ModelConfigTextTest, WritesJsonAsTritonDoes) {
  ASSERT_OK_AND_ASSIGN(const ConfigText text, CompleteText(R"(
    input { name: "image" dims: [ 1, 28, 28 ] }
    version_policy { specific { versions: [ 1, 9007199254740993 ] } }
    dynamic_batching {
      priority_levels: 2
      default_priority_level: 1
      priority_queue_policy { key: 2 value { max_queue_size: 3 } }
    }
    parameters { key: "b" value { string_value: "2" } }
    parameters { key: "a" value { string_value: "\n1" } })",
                                                           Signature(2)));

  EXPECT_THAT(
      text.json,
      HasSubstr(R"("input":[{"name":"image","data_type":"TYPE_FP32","format":"FORMAT_NONE",)"
                R"("dims":[1,28,28],"is_shape_tensor":false,"allow_ragged_batch":false,)"
                R"("optional":false,"is_non_linear_format_io":false}])"));
  EXPECT_THAT(text.json,
              HasSubstr(R"("version_policy":{"specific":{"versions":[1,9007199254740993]}})"));
  EXPECT_THAT(text.json, HasSubstr(R"("priority_queue_policy":{"2":{"timeout_action":"REJECT")"));
  EXPECT_THAT(text.json, HasSubstr(R"("max_queue_delay_microseconds":0)"));
  EXPECT_THAT(text.json,
              HasSubstr(R"("parameters":{"a":{"string_value":"\n1"},"b":{"string_value":"2"}})"));
  EXPECT_THAT(text.json, HasSubstr(R"("cc_model_filenames":{},"metric_tags":{})"));
}

TEST(ModelConfigTextTest, WritesJsonThatReadsBackAsTheSame) {
  ASSERT_OK_AND_ASSIGN(
      const ConfigText text,
      CompleteText("max_batch_size: 4 metric_tags { key: 'a' value: '\\303\\251' }", Signature(4)));

  ASSERT_OK_AND_ASSIGN(const ModelConfig again, ParseModelConfigJson(text.json));

  EXPECT_EQ(again.message, text.protobuf);
}

}  // namespace
}  // namespace slipway::serving
