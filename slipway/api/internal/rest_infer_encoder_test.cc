// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_infer_encoder.h"

#include "slipway/api/testing/http_text.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

serving::OutputTensor FloatOutput(std::string name, const std::vector<float>& elements) {
  auto tensor = std::make_shared<const Tensor>(
      Tensor::Of<float>({static_cast<std::int64_t>(elements.size())}, elements));
  return {std::move(name), {tensor->view(), tensor}};
}

serving::InferResponse Response(std::vector<serving::OutputTensor> outputs) {
  return {.model = *ModelName::Parse("m"),
          .version = VersionId(3),
          .id = "a\"b",
          .outputs = std::move(outputs)};
}

TEST(RestInferEncoderTest, WritesJson) {
  ASSERT_OK_AND_ASSIGN(
      const HttpResponse response,
      EncodeRestInfer(Response({FloatOutput("y", {0.1F, 2}), FloatOutput("z", {})}), {}));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Find("content-type"), "application/json");
  EXPECT_FALSE(response.headers.Find("inference-header-content-length"));
  EXPECT_EQ(TextOf(response), R"({"model_name":"m","model_version":"3","id":"a\"b","outputs":[)"
                              R"({"name":"y","datatype":"FP32","shape":[2],"data":[0.1,2]},)"
                              R"({"name":"z","datatype":"FP32","shape":[0],"data":[]}]})");
}

TEST(RestInferEncoderTest, PutsBinaryOutputsBehindTheJson) {
  const serving::InferResponse response =
      Response({FloatOutput("y", {0.5F}), FloatOutput("z", {1}), FloatOutput("w", {2, 3})});

  ASSERT_OK_AND_ASSIGN(
      const HttpResponse http,
      EncodeRestInfer(response,
                      {.by_default = true, .requested = {{.binary = true}, {.binary = false}}}));

  const std::string json =
      R"({"model_name":"m","model_version":"3","id":"a\"b","outputs":[)"
      R"({"name":"y","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}},)"
      R"({"name":"z","datatype":"FP32","shape":[1],"data":[1]},)"
      R"({"name":"w","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}}]})";
  const std::array<float, 3> binary = {0.5F, 2, 3};
  EXPECT_EQ(http.headers.Find("content-type"), "application/octet-stream");
  EXPECT_EQ(http.headers.Find("inference-header-content-length"), std::to_string(json.size()));
  EXPECT_EQ(TextOf(http), json + std::string(AsText(std::as_bytes(std::span(binary)))));
}

TEST(RestInferEncoderTest, SendsLargeBinaryOutputsFromWhereTheyAre) {
  const serving::InferResponse response =
      Response({FloatOutput("y", std::vector<float>(1'000, 1))});

  ASSERT_OK_AND_ASSIGN(const HttpResponse http,
                       EncodeRestInfer(response, {.by_default = true, .requested = {}}));

  ASSERT_EQ(http.body.size(), 2U);
  const auto& shared = std::get<SharedBytes>(http.body[1]);
  EXPECT_EQ(shared.bytes.data(), response.outputs[0].tensor.view.bytes.data());
  EXPECT_EQ(shared.owner, response.outputs[0].tensor.owner);
}

TEST(RestInferEncoderTest, NamesTheOutputThatJsonCannotCarry) {
  const serving::InferResponse response = Response({FloatOutput("y", {std::nanf("")})});

  EXPECT_THAT(EncodeRestInfer(response, {}),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("output \"y\""), HasSubstr("binary_data"))));
  EXPECT_TRUE(EncodeRestInfer(response, {.by_default = true, .requested = {}}));
}

TEST(RestInferEncoderTest, RefusesTypesThatTheWireHasNot) {
  serving::InferResponse response = Response({FloatOutput("y", {})});
  response.outputs[0].tensor.view.dtype = DataType::kInt4;

  EXPECT_THAT(EncodeRestInfer(response, {}),
              FailsWith(ErrorCode::kUnimplemented, HasSubstr("output \"y\" is int4")));
}

}  // namespace
}  // namespace slipway::api
