// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/rest_codec.h"
#include "slipway/base/testing/assert_ok.h"

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

RestAnswer JsonAnswer(std::string_view body) {
  return {.status = 200, .json_size = std::nullopt, .body = body};
}

// The answer with one output whose members besides "name" are `members`.
Result<Tensor> DecodeOutput(std::string_view members) {
  const std::string body = fmt::format(R"({{"outputs":[{{"name":"y",{}}}]}})", members);
  SLIPWAY_TRY_ASSIGN(InferAnswer answer, DecodeInferAnswer(JsonAnswer(body)));
  return std::move(answer.outputs.at(0).tensor);
}

TEST(RestAnswerTest, ReadsJsonWhateverTheOrderOfItsMembers) {
  ASSERT_OK_AND_ASSIGN(
      const InferAnswer answer,
      DecodeInferAnswer(JsonAnswer(R"({"outputs":[{"data":[[1,2],[3,4.5]],"shape":[2,2],)"
                                   R"("datatype":"FP32","name":"y"}],"extra":{"a":[1]},)"
                                   R"("id":"7","model_version":"3","model_name":"m"})")));

  EXPECT_EQ(answer.model, "m");
  EXPECT_EQ(answer.version, "3");
  EXPECT_EQ(answer.id, "7");
  const Tensor* const output = answer.Find("y");
  ASSERT_NE(output, nullptr);
  EXPECT_EQ(output->shape(), Shape({2, 2}));
  EXPECT_THAT(output->elements<float>(), ElementsAre(1, 2, 3, 4.5F));
  EXPECT_EQ(answer.Find("z"), nullptr);
}

TEST(RestAnswerTest, TakesBinaryTensorsInTheOrderOfTheirOutputs) {
  const std::string json =
      R"({"model_name":"m","outputs":[)"
      R"({"name":"a","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}},)"
      R"({"name":"b","datatype":"INT8","shape":[1],"data":[-1]},)"
      R"({"name":"c","datatype":"UINT8","shape":[1],"parameters":{"binary_data_size":1}}]})";
  const std::string body = json + "\x01\x02\x03";

  ASSERT_OK_AND_ASSIGN(const InferAnswer answer,
                       DecodeInferAnswer({.status = 200, .json_size = json.size(), .body = body}));

  EXPECT_THAT(answer.outputs.at(0).tensor.elements<std::uint8_t>(), ElementsAre(1, 2));
  EXPECT_THAT(answer.outputs.at(1).tensor.elements<std::int8_t>(), ElementsAre(-1));
  EXPECT_THAT(answer.outputs.at(2).tensor.elements<std::uint8_t>(), ElementsAre(3));
}

TEST(RestAnswerTest, RefusesOutputsThatMakeNoSenseAndNamesThem) {
  for (const std::string_view members :
       {R"("datatype":"INT8","shape":[1],"data":[128])",
        R"("datatype":"FP32","shape":[2],"data":[1])",
        R"("datatype":"FP32","shape":[1],"data":[{}])",
        R"("datatype":"FP32","shape":[-1],"data":[1])", R"("datatype":"FP32","data":[1])",
        R"("datatype":"FP31","shape":[1],"data":[1])", R"("shape":[1],"data":[1])",
        R"("datatype":"FP32","shape":[1])", R"("datatype":"FP32","shape":["1"],"data":[1])",
        R"("datatype":"FP32","shape":[1],"data":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]])",
        R"("datatype":"FP32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data":[1])"}) {
    EXPECT_THAT(DecodeOutput(members), FailsWith(ErrorCode::kInternal, HasSubstr("output \"y\"")))
        << members;
  }
}

TEST(RestAnswerTest, RefusesBinarySizesThatDoNotAddUp) {
  const std::string json =
      R"({"outputs":[{"name":"y","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}}]})";

  for (const std::string_view tensors : {"", "a", "abc"}) {
    const std::string body = json + std::string(tensors);
    EXPECT_THAT(DecodeInferAnswer({.status = 200, .json_size = json.size(), .body = body}),
                FailsWith(ErrorCode::kInternal, HasSubstr("bytes")))
        << tensors;
  }
  EXPECT_THAT(DecodeInferAnswer({.status = 200, .json_size = json.size() + 1, .body = json}),
              FailsWith(ErrorCode::kInternal, HasSubstr("is said to have")));
}

TEST(RestAnswerTest, RefusesWhatIsNoAnswer) {
  for (const std::string_view body :
       {"", "{", "[]", "null", "{}", R"({"outputs":1})", R"({"outputs":[1]})",
        R"({"outputs":[{"datatype":"FP32","shape":[1],"data":[1]}]})", R"({"model_name":1})",
        "{\"model_name\":\"\xff\"}"}) {
    EXPECT_THAT(DecodeInferAnswer(JsonAnswer(body)),
                FailsWith(ErrorCode::kInternal, HasSubstr("malformed answer")))
        << body;
  }
}

TEST(RestAnswerTest, PassesTheServersErrorsOn) {
  const auto decode = [](int status, std::string_view body) {
    return DecodeInferAnswer({.status = status, .json_size = std::nullopt, .body = body});
  };

  EXPECT_THAT(decode(404, R"({"error":"no model \"x\""})"),
              FailsWith(ErrorCode::kNotFound, "no model \"x\""));
  EXPECT_THAT(decode(400, R"({"error":"bad"})"), FailsWith(ErrorCode::kInvalidArgument, "bad"));
  EXPECT_THAT(decode(429, "{}"), FailsWith(ErrorCode::kResourceExhausted, "HTTP status 429"));
  EXPECT_THAT(decode(503, "<html>"), FailsWith(ErrorCode::kUnavailable, "HTTP status 503"));
  EXPECT_THAT(decode(504, ""), FailsWith(ErrorCode::kDeadlineExceeded, "HTTP status 504"));
  EXPECT_THAT(decode(418, ""), FailsWith(ErrorCode::kInvalidArgument, "HTTP status 418"));
  EXPECT_THAT(decode(500, ""), FailsWith(ErrorCode::kInternal, "HTTP status 500"));
}

TEST(RestAnswerTest, ReadsMetadata) {
  ASSERT_OK_AND_ASSIGN(
      const ModelDescription model,
      DecodeMetadata(JsonAnswer(R"({"name":"m","versions":["1","2"],"platform":"onnxruntime_onnx",)"
                                R"("inputs":[{"name":"x","datatype":"FP32","shape":[-1,28]}],)"
                                R"("outputs":[{"name":"y","datatype":"INT64","shape":[]}]})")));

  EXPECT_EQ(model.name, "m");
  EXPECT_THAT(model.versions, ElementsAre("1", "2"));
  EXPECT_EQ(model.platform, "onnxruntime_onnx");
  ASSERT_EQ(model.inputs.size(), 1U);
  EXPECT_EQ(model.inputs[0].name, "x");
  EXPECT_EQ(model.inputs[0].dtype, DataType::kFloat32);
  EXPECT_THAT(model.inputs[0].shape, ElementsAre(-1, 28));
  EXPECT_EQ(model.outputs.at(0).dtype, DataType::kInt64);
}

TEST(RestAnswerTest, RefusesMetadataWithoutTensors) {
  EXPECT_THAT(DecodeMetadata(JsonAnswer(R"({"name":"m"})")),
              FailsWith(ErrorCode::kInternal, HasSubstr("\"inputs\"")));
  EXPECT_THAT(DecodeMetadata(JsonAnswer(R"({"name":"m","versions":[1],"inputs":[],"outputs":[]})")),
              FailsWith(ErrorCode::kInternal, HasSubstr("\"versions\"")));
}

}  // namespace
}  // namespace slipway::api::client
