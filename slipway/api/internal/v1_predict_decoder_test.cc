// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_predict_decoder.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

serving::ModelMetadata Model(std::vector<runtime::TensorSpec> inputs) {
  return {.name = *ModelName::Parse("m"),
          .versions = {VersionId(1)},
          .platform = "onnxruntime_onnx",
          .inputs = std::move(inputs),
          .outputs = {}};
}

Result<V1PredictRequest> Decode(const std::string& body, DataType dtype = DataType::kFloat32) {
  return DecodeV1Predict(body, Model({{"x", dtype, {-1}}}));
}

Result<V1PredictRequest> DecodeTwo(const std::string& body) {
  return DecodeV1Predict(body,
                         Model({{"a", DataType::kInt64, {-1}}, {"b", DataType::kBytes, {-1}}}));
}

const TensorView& InputOf(const V1PredictRequest& predict, std::size_t index = 0) {
  return predict.request.inputs.at(index).tensor;
}

std::vector<std::string_view> StringsOf(const TensorView& tensor) {
  return *SplitBytesElements(tensor.bytes, tensor.shape.element_count());
}

TEST(V1PredictDecoderTest, ReadsRowsOfBareValues) {
  ASSERT_OK_AND_ASSIGN(const V1PredictRequest predict,
                       Decode(R"({"instances":[[[1,2.5]],[[-3,4e1]]]})"));

  EXPECT_EQ(predict.instances, 2);
  EXPECT_EQ(predict.request.model.text(), "m");
  EXPECT_EQ(predict.request.inputs.at(0).name, "x");
  EXPECT_EQ(InputOf(predict).shape, Shape({2, 1, 2}));
  EXPECT_THAT(InputOf(predict).elements<float>(), ElementsAre(1, 2.5F, -3, 40));
}

TEST(V1PredictDecoderTest, ReadsRowsOfNamedValues) {
  ASSERT_OK_AND_ASSIGN(const V1PredictRequest predict,
                       DecodeTwo(R"({"instances":[{"a":9223372036854775807,"b":["s","t"]},)"
                                 R"({"b":["u\u0000v",{"b64":"/wA="}],"a":-1}]})"));

  EXPECT_EQ(InputOf(predict, 0).shape, Shape({2}));
  EXPECT_THAT(InputOf(predict, 0).elements<std::int64_t>(), ElementsAre(9223372036854775807LL, -1));
  EXPECT_EQ(InputOf(predict, 1).shape, Shape({2, 2}));
  EXPECT_THAT(StringsOf(InputOf(predict, 1)),
              ElementsAre("s", "t", std::string_view("u\0v", 3), std::string_view("\xff\0", 2)));
}

TEST(V1PredictDecoderTest, ReadsColumns) {
  ASSERT_OK_AND_ASSIGN(const V1PredictRequest named,
                       DecodeTwo(R"({"inputs":{"a":[[1,2]],"b":["s"]}})"));
  ASSERT_OK_AND_ASSIGN(const V1PredictRequest bare, Decode(R"({"inputs":5})"));

  EXPECT_FALSE(named.instances);
  EXPECT_EQ(InputOf(named, 0).shape, Shape({1, 2}));
  EXPECT_EQ(InputOf(named, 1).shape, Shape({1}));
  EXPECT_EQ(InputOf(bare).shape, Shape());
  EXPECT_THAT(InputOf(bare).elements<float>(), ElementsAre(5));
}

TEST(V1PredictDecoderTest, TakesEncodedBytesAsABareValue) {
  ASSERT_OK_AND_ASSIGN(
      const V1PredictRequest rows,
      Decode(R"({"instances":[{"b64":"YQ=="},{"b64":"YmM="}]})", DataType::kBytes));
  ASSERT_OK_AND_ASSIGN(const V1PredictRequest column,
                       Decode(R"({"inputs":{"x":{"b64":"YQ=="}}})", DataType::kBytes));

  EXPECT_THAT(StringsOf(InputOf(rows)), ElementsAre("a", "bc"));
  EXPECT_THAT(StringsOf(InputOf(column)), ElementsAre("a"));
}

TEST(V1PredictDecoderTest, ReadsTheWordsForWhatIsNotFinite) {
  for (const DataType dtype : {DataType::kFloat16, DataType::kBfloat16, DataType::kFloat64}) {
    ASSERT_OK(Decode(R"({"instances":[NaN, -Infinity , Infinity]})", dtype));
  }
  ASSERT_OK_AND_ASSIGN(const V1PredictRequest predict,
                       Decode(R"({"instances":[NaN,-Infinity,Infinity]})"));

  const auto elements = InputOf(predict).elements<float>();
  EXPECT_TRUE(std::isnan(elements[0]));
  EXPECT_EQ(elements[1], -INFINITY);
  EXPECT_EQ(elements[2], INFINITY);
  EXPECT_FALSE(Decode(R"({"instances":[NaN]})", DataType::kInt32));
}

TEST(V1PredictDecoderTest, ReadsEmptyValues) {
  ASSERT_OK_AND_ASSIGN(const V1PredictRequest predict, Decode(R"({"instances":[[],[]]})"));

  EXPECT_EQ(InputOf(predict).shape, Shape({2, 0}));
}

TEST(V1PredictDecoderTest, RefusesValuesOfDifferentShapes) {
  for (const char* instances : {"[[1,2],[3]]", "[[1],[2,3]]", "[1,[2]]", "[[1],2]", "[[],[1]]",
                                "[[1],[]]", "[[[1]],[2]]", "[[[],1]]", "[[[1],[2,3]]]"}) {
    EXPECT_THAT(Decode(fmt::format(R"({{"instances":{}}})", instances)),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("instance")))
        << instances;
  }
}

TEST(V1PredictDecoderTest, RefusesWhatTheTypeCannotHold) {
  const std::vector<std::pair<const char*, DataType>> wrong = {
      {"256", DataType::kUint8},
      {"-1", DataType::kUint64},
      {"1.5", DataType::kInt32},
      {"2", DataType::kBool},
      {"\"1\"", DataType::kInt8},
      {"1e39", DataType::kFloat32},
      {"true", DataType::kInt16},
      {"1", DataType::kBytes},
      {"null", DataType::kFloat32},
      {"70000", DataType::kFloat16},
      {"{\"b64\":\"YQ==\"}", DataType::kFloat32},
      {"{\"b64\":\"Y\"}", DataType::kBytes},
      {"[{}]", DataType::kBytes},
      {"[{\"b64\":\"YQ==\",\"b64\":\"YQ==\"}]", DataType::kBytes}};
  for (const auto& [value, dtype] : wrong) {
    EXPECT_THAT(Decode(fmt::format(R"({{"instances":[{}]}})", value), dtype),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("instance 0")))
        << value;
  }
}

TEST(V1PredictDecoderTest, RefusesWrongNames) {
  EXPECT_THAT(DecodeTwo(R"({"instances":[{"a":1}]})"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"b\" is missing")));
  EXPECT_THAT(DecodeTwo(R"({"instances":[{"a":1,"b":"s","c":1}]})"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"c\"")));
  EXPECT_THAT(DecodeTwo(R"({"instances":[{"a":1,"a":1,"b":"s"}]})"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(DecodeTwo(R"({"instances":[1]})"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("2 inputs")));
}

TEST(V1PredictDecoderTest, RefusesWrongRequests) {
  for (const char* body :
       {"", "[]", "{}", R"({"instances":[]})", R"({"instances":5})", R"({"instances":{}})",
        R"({"instances":[1],"inputs":1})", R"({"inputs":1,"inputs":1})",
        R"({"instances":[1],"instances":[1]})", R"({"instances":[1],"signature_name":"other"})",
        R"({"instances":[1]}x)", R"({"instances":[1)"}) {
    EXPECT_EQ(Decode(body).error().code(), ErrorCode::kInvalidArgument) << body;
  }
  EXPECT_FALSE(Decode(R"({"instances":[)" + std::string(100'000, '[')));
  EXPECT_FALSE(Decode(R"({"inputs":)" + std::string(30, '[') + std::string(30, ']') + "}"));
}

}  // namespace
}  // namespace slipway::api
