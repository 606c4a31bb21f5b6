// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/raw_infer_decoder.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A model with one input of `dtype` and `shape`; rows of a batch if `max_batch_size` is not 0.
serving::ModelMetadata ModelOf(DataType dtype, std::vector<std::int64_t> shape,
                               std::int64_t max_batch_size = 0) {
  return {.name = *ModelName::Parse("m"),
          .versions = {VersionId(1)},
          .platform = "onnxruntime_onnx",
          .inputs = {{"x", dtype, std::move(shape)}},
          .outputs = {},
          .max_batch_size = max_batch_size};
}

Result<RestInferRequest> Decode(std::string body, const serving::ModelMetadata& metadata) {
  return DecodeRawInfer({.model = *ModelName::Parse("m"),
                         .version = VersionId(3),
                         .json_length = "0",
                         .body = std::move(body)},
                        metadata);
}

TEST(RawInferDecoderTest, KnowsRawBodiesByTheirHeader) {
  EXPECT_TRUE(IsRawInfer("0"));
  EXPECT_TRUE(IsRawInfer("00"));
  for (const char* length : {"", "1", "10", "-0", "0x", " 0"}) EXPECT_FALSE(IsRawInfer(length));
  EXPECT_FALSE(IsRawInfer(std::nullopt));
}

TEST(RawInferDecoderTest, TakesTheBodyAsTheOneInput) {
  ASSERT_OK_AND_ASSIGN(const RestInferRequest infer,
                       Decode("abcdefgh", ModelOf(DataType::kFloat32, {2})));

  EXPECT_EQ(infer.request.model.text(), "m");
  EXPECT_EQ(infer.request.version, VersionId(3));
  ASSERT_EQ(infer.request.inputs.size(), 1U);
  EXPECT_EQ(infer.request.inputs[0].name, "x");
  EXPECT_EQ(infer.request.inputs[0].tensor.shape, Shape({2}));
  EXPECT_EQ(AsText(infer.request.inputs[0].tensor.bytes), "abcdefgh");
  EXPECT_TRUE(infer.choice.IsBinary(0));
}

TEST(RawInferDecoderTest, FindsTheFreeSizeInTheBodys) {
  ASSERT_OK_AND_ASSIGN(const RestInferRequest infer,
                       Decode(std::string(24, 'a'), ModelOf(DataType::kInt16, {2, -1, 3})));
  ASSERT_OK_AND_ASSIGN(const RestInferRequest none,
                       Decode("", ModelOf(DataType::kInt16, {2, -1, 3})));

  EXPECT_EQ(infer.request.inputs[0].tensor.shape, Shape({2, 2, 3}));
  EXPECT_EQ(none.request.inputs[0].tensor.shape, Shape({2, 0, 3}));
}

TEST(RawInferDecoderTest, IsOneRowOfAModelThatBatches) {
  ASSERT_OK_AND_ASSIGN(const RestInferRequest fixed,
                       Decode(std::string(16, 'a'), ModelOf(DataType::kFloat32, {-1, 4}, 8)));
  ASSERT_OK_AND_ASSIGN(const RestInferRequest free,
                       Decode(std::string(16, 'a'), ModelOf(DataType::kFloat32, {-1, -1}, 8)));

  EXPECT_EQ(fixed.request.inputs[0].tensor.shape, Shape({1, 4}));
  EXPECT_EQ(free.request.inputs[0].tensor.shape, Shape({1, 4}));
  EXPECT_THAT(Decode(std::string(32, 'a'), ModelOf(DataType::kFloat32, {-1, 4}, 8)),
              FailsWith(ErrorCode::kInvalidArgument, AllOf(HasSubstr("32"), HasSubstr("16"))));
}

TEST(RawInferDecoderTest, MakesOneStringOfTheBody) {
  ASSERT_OK_AND_ASSIGN(const RestInferRequest infer,
                       Decode(std::string("a\0b", 3), ModelOf(DataType::kBytes, {-1, 1}, 8)));

  EXPECT_EQ(infer.request.inputs[0].tensor.shape, Shape({1, 1}));
  EXPECT_EQ(AsText(infer.request.inputs[0].tensor.bytes), std::string_view("\3\0\0\0a\0b", 7));
  EXPECT_THAT(Decode("a", ModelOf(DataType::kBytes, {2})),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("[2]")));
}

TEST(RawInferDecoderTest, RefusesOtherModelsAndSizes) {
  serving::ModelMetadata two = ModelOf(DataType::kFloat32, {2});
  two.inputs.push_back({"y", DataType::kFloat32, {2}});
  EXPECT_THAT(Decode("abcdefgh", two),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("2 inputs")));
  EXPECT_THAT(Decode("abcdefgh", ModelOf(DataType::kFloat32, {-1, -1})),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("[-1,-1]")));
  for (const char* body : {"", "abc", "abcdefghi"}) {
    EXPECT_THAT(Decode(body, ModelOf(DataType::kFloat32, {2})),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("exactly 8")));
  }
  EXPECT_THAT(Decode("abc", ModelOf(DataType::kFloat32, {-1})),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("multiple of 4")));
  EXPECT_FALSE(Decode("abcd", ModelOf(DataType::kFloat32, {-1, 0})));
  EXPECT_THAT(Decode("\2", ModelOf(DataType::kBool, {1})),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("BOOL")));
}

}  // namespace
}  // namespace slipway::api
