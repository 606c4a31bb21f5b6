// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_repository_procedures.h"

#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/fake_administration.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string FramedOf(const google::protobuf::MessageLite& message) {
  return Framed(message.SerializeAsString());
}

template <typename Response>
Response Parsed(const Result<std::string>& answer) {
  Response response;
  EXPECT_TRUE(response.ParseFromString(answer.value_or("\xff")));
  return response;
}

TEST(GrpcRepositoryProceduresTest, AnswersTheConfigurationAsItIs) {
  const FakeAdministration administration;
  inference::ModelConfigRequest request;
  request.set_name("echo");
  EXPECT_EQ(
      Parsed<inference::ModelConfigResponse>(AnswerModelConfig(administration, FramedOf(request)))
          .config(),
      "config");

  request.set_name("other");
  EXPECT_THAT(AnswerModelConfig(administration, FramedOf(request)),
              FailsWith(ErrorCode::kNotFound, HasSubstr("other")));
}

TEST(GrpcRepositoryProceduresTest, AnswersStatistics) {
  const FakeAdministration administration;
  const auto response = Parsed<inference::ModelStatisticsResponse>(
      AnswerModelStatistics(administration, FramedOf(inference::ModelStatisticsRequest())));

  ASSERT_EQ(response.model_stats_size(), 1);
  const inference::ModelStatistics& model = response.model_stats(0);
  EXPECT_EQ(model.name(), "echo");
  EXPECT_EQ(model.version(), "10");
  EXPECT_EQ(model.last_inference(), 1'234U);
  EXPECT_EQ(model.inference_count(), 9U);
  EXPECT_EQ(model.execution_count(), 2U);
  EXPECT_EQ(model.inference_stats().success().count(), 2U);
  EXPECT_EQ(model.inference_stats().success().ns(), 500U);
  EXPECT_TRUE(model.inference_stats().has_cache_miss());
  ASSERT_EQ(model.batch_stats_size(), 1);
  EXPECT_EQ(model.batch_stats(0).batch_size(), 8U);
  EXPECT_EQ(model.batch_stats(0).compute_infer().ns(), 300U);
}

TEST(GrpcRepositoryProceduresTest, RefusesStatisticsOfWhatIsNone) {
  const FakeAdministration administration;
  inference::ModelStatisticsRequest request;
  request.set_version("1");
  EXPECT_THAT(AnswerModelStatistics(administration, FramedOf(request)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("version \"1\"")));
  request.set_name("other");
  EXPECT_THAT(AnswerModelStatistics(administration, FramedOf(request)),
              FailsWith(ErrorCode::kNotFound, HasSubstr("other")));
}

TEST(GrpcRepositoryProceduresTest, ListsTheRepository) {
  const FakeAdministration administration;
  inference::RepositoryIndexRequest request;
  const auto all = Parsed<inference::RepositoryIndexResponse>(
      AnswerRepositoryIndex(administration, FramedOf(request)));
  ASSERT_EQ(all.models_size(), 4);
  EXPECT_EQ(all.models(0).name(), "broken");
  EXPECT_EQ(all.models(0).version(), "1");
  EXPECT_EQ(all.models(0).state(), "UNAVAILABLE");
  EXPECT_EQ(all.models(0).reason(), "no such operator");
  EXPECT_EQ(all.models(2).state(), "READY");
  EXPECT_EQ(all.models(3).version() + all.models(3).state(), "");

  request.set_ready(true);
  EXPECT_EQ(Parsed<inference::RepositoryIndexResponse>(
                AnswerRepositoryIndex(administration, FramedOf(request)))
                .models_size(),
            2);
}

TEST(GrpcRepositoryProceduresTest, ReadsWhatIsToBeLoaded) {
  inference::RepositoryModelLoadRequest message;
  message.set_model_name("echo");
  (*message.mutable_parameters())["config"].set_string_param("{}");
  (*message.mutable_parameters())["file:1/model.onnx"].set_bytes_param(std::string("\0\1", 2));

  ASSERT_OK_AND_ASSIGN(const serving::LoadRequest request, ReadLoadRequest(FramedOf(message)));

  EXPECT_EQ(request.model.text(), "echo");
  EXPECT_EQ(request.config_json, "{}");
  EXPECT_THAT(request.files, ElementsAre(Pair("1/model.onnx", std::string("\0\1", 2))));
}

TEST(GrpcRepositoryProceduresTest, RefusesWrongLoadParameters) {
  const auto read = [](const std::string& name, const auto& set) {
    inference::RepositoryModelLoadRequest message;
    message.set_model_name("echo");
    set((*message.mutable_parameters())[name]);
    return ReadLoadRequest(FramedOf(message));
  };
  const auto text = [](inference::ModelRepositoryParameter& p) { p.set_string_param("x"); };
  const auto bytes = [](inference::ModelRepositoryParameter& p) { p.set_bytes_param("x"); };

  EXPECT_THAT(read("config", bytes), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("config")));
  EXPECT_THAT(read("file:1/m", text), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("1/m")));
  EXPECT_THAT(read("other", text), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"other\"")));
  EXPECT_THAT(read("file:1/m", bytes), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("config")));
}

TEST(GrpcRepositoryProceduresTest, ReadsWhatIsToBeUnloaded) {
  inference::RepositoryModelUnloadRequest message;
  message.set_model_name("echo");
  (*message.mutable_parameters())["unload_dependents"].set_bool_param(true);
  ASSERT_OK_AND_ASSIGN(const ModelName model, ReadUnloadRequest(FramedOf(message)));
  EXPECT_EQ(model.text(), "echo");

  (*message.mutable_parameters())["other"].set_bool_param(true);
  EXPECT_THAT(ReadUnloadRequest(FramedOf(message)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("other")));
  message.clear_parameters();
  message.set_model_name("../x");
  EXPECT_FALSE(ReadUnloadRequest(FramedOf(message)));
}

}  // namespace
}  // namespace slipway::api
