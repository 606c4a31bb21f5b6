// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_encoder.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

serving::OutputTensor Output(std::string name, const Shape& shape) {
  auto tensor = std::make_shared<const Tensor>(*Tensor::Zeros(DataType::kFloat32, shape));
  return {std::move(name), {tensor->view(), tensor}};
}

serving::InferResponse Response(std::vector<serving::OutputTensor> outputs) {
  return {.model = *ModelName::Parse("m"),
          .version = VersionId(300),
          .id = "7",
          .outputs = std::move(outputs)};
}

inference::ModelInferResponse Parse(const std::vector<BodyPart>& parts) {
  std::string text;
  for (const BodyPart& part : parts) {
    if (const auto* own = std::get_if<std::string>(&part)) text += *own;
    if (const auto* shared = std::get_if<SharedBytes>(&part)) text += AsText(shared->bytes);
  }
  inference::ModelInferResponse message;
  EXPECT_TRUE(message.ParseFromString(std::string(UnframeGrpcMessage(text).value())));
  return message;
}

TEST(GrpcInferEncoderTest, WritesWhatTheLibraryWrites) {
  const serving::InferResponse response = Response(
      {Output("y", {1, 300}), Output("scalar", {}), Output("empty", {0, 2}), Output("", {1})});

  ASSERT_OK_AND_ASSIGN(const std::vector<BodyPart> parts, EncodeGrpcInfer(response));

  const inference::ModelInferResponse message = Parse(parts);
  EXPECT_EQ(message.model_name(), "m");
  EXPECT_EQ(message.model_version(), "300");
  EXPECT_EQ(message.id(), "7");
  ASSERT_EQ(message.outputs_size(), 4);
  EXPECT_EQ(message.outputs(0).name(), "y");
  EXPECT_EQ(message.outputs(0).datatype(), "FP32");
  EXPECT_THAT(message.outputs(0).shape(), ElementsAre(1, 300));
  EXPECT_EQ(message.outputs(1).shape_size(), 0);
  EXPECT_THAT(message.outputs(2).shape(), ElementsAre(0, 2));
  ASSERT_EQ(message.raw_output_contents_size(), 4);
  EXPECT_EQ(message.raw_output_contents(0), std::string(1200, '\0'));
  EXPECT_EQ(message.raw_output_contents(1), std::string(4, '\0'));
  EXPECT_EQ(message.raw_output_contents(2), "");
}

TEST(GrpcInferEncoderTest, SendsLargeOutputsFromWhereTheyAre) {
  const serving::InferResponse response = Response({Output("y", {1'000})});

  ASSERT_OK_AND_ASSIGN(const std::vector<BodyPart> parts, EncodeGrpcInfer(response));

  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(std::get<SharedBytes>(parts[1]).bytes.data(),
            response.outputs[0].tensor.view.bytes.data());
}

TEST(GrpcInferEncoderTest, RefusesTypesThatTheWireHasNot) {
  serving::InferResponse response = Response({Output("y", {0})});
  response.outputs[0].tensor.view.dtype = DataType::kUint2;

  EXPECT_THAT(EncodeGrpcInfer(response),
              FailsWith(ErrorCode::kUnimplemented, HasSubstr("output \"y\" is uint2")));
}

TEST(GrpcInferEncoderTest, RefusesMoreThanAMessageHolds) {
  serving::InferResponse response = Response({Output("y", {0})});
  const std::byte byte{0};
  response.outputs[0].tensor.view.bytes = {&byte, std::size_t{1} << 31U};

  EXPECT_THAT(EncodeGrpcInfer(response),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("2147483648 bytes")));
}

}  // namespace
}  // namespace slipway::api
