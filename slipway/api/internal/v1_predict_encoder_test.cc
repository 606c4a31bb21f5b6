// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_predict_encoder.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

serving::OutputTensor Owned(std::string name, Tensor tensor) {
  auto owner = std::make_shared<const Tensor>(std::move(tensor));
  return {std::move(name), {owner->view(), owner}};
}

serving::OutputTensor Floats(std::string name, const Shape& shape, std::vector<float> elements) {
  return Owned(std::move(name), Tensor::Of<float>(shape, elements));
}

serving::OutputTensor Strings(std::string name, const std::vector<std::string>& elements) {
  std::string layout;
  for (const std::string& element : elements) EXPECT_TRUE(AppendBytesElement(layout, element));
  const Shape shape{static_cast<std::int64_t>(elements.size())};
  return Owned(std::move(name), *Tensor::CopyOf({DataType::kBytes, shape, AsBytes(layout)}));
}

serving::InferResponse Response(std::vector<serving::OutputTensor> outputs) {
  return {.model = *ModelName::Parse("m"),
          .version = VersionId(1),
          .id = "",
          .outputs = std::move(outputs)};
}

TEST(V1PredictEncoderTest, WritesRowsOfOneOutputBare) {
  const auto response = Response({Floats("y", {2, 1, 2}, {1, 2.5F, -3, 0.1F})});

  EXPECT_EQ(*EncodeV1Predict(response, 2), R"({"predictions":[[[1,2.5]],[[-3,0.1]]]})");
  EXPECT_EQ(*EncodeV1Predict(response, std::nullopt), R"({"outputs":[[[1,2.5]],[[-3,0.1]]]})");
}

TEST(V1PredictEncoderTest, WritesSeveralOutputsByName) {
  const auto response = Response({Floats("y", {2}, {1, 2}), Strings("z", {"a", "b\"c"})});

  EXPECT_EQ(*EncodeV1Predict(response, 2),
            R"({"predictions":[{"y":1,"z":"a"},{"y":2,"z":"b\"c"}]})");
  EXPECT_EQ(*EncodeV1Predict(response, std::nullopt),
            R"({"outputs":{"y":[1,2],"z":["a","b\"c"]}})");
}

TEST(V1PredictEncoderTest, EncodesBytesThatAreNamedSo) {
  const auto response = Response({Strings("image_bytes", {std::string("\xff\0", 2), ""})});

  EXPECT_EQ(*EncodeV1Predict(response, 2), R"({"predictions":[{"b64":"/wA="},{"b64":""}]})");
}

TEST(V1PredictEncoderTest, WritesScalarsAndEmptyTensors) {
  EXPECT_EQ(*EncodeV1Predict(Response({Floats("y", {}, {7})}), std::nullopt), R"({"outputs":7})");
  EXPECT_EQ(*EncodeV1Predict(Response({Floats("y", {2, 0}, {})}), 2), R"({"predictions":[[],[]]})");
  EXPECT_EQ(*EncodeV1Predict(Response({Floats("y", {0, 2}, {})}), std::nullopt),
            R"({"outputs":[]})");
}

TEST(V1PredictEncoderTest, RefusesOutputsWithoutARowForEachInstance) {
  for (const Shape& shape : {Shape({3}), Shape({1, 3})}) {
    EXPECT_THAT(EncodeV1Predict(Response({Floats("y", shape, {1, 2, 3})}), 2),
                FailsWith(ErrorCode::kInvalidArgument,
                          AllOf(HasSubstr("\"y\""), HasSubstr("2 instances"))));
  }
  EXPECT_FALSE(EncodeV1Predict(Response({Floats("y", {}, {1})}), 1));
}

TEST(V1PredictEncoderTest, RefusesWhatJsonCannotCarry) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(EncodeV1Predict(Response({Floats("y", {1}, {kNan})}), 1),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"y\"")));
  EXPECT_THAT(EncodeV1Predict(Response({Strings("s", {"\xff"})}), 1),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("UTF-8")));
}

}  // namespace
}  // namespace slipway::api
