// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_codec.h"

#include "slipway/api/client/internal/grpc_status.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <array>

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

inference::ModelInferResponse ResponseWith(std::string_view datatype,
                                           const std::vector<std::int64_t>& shape) {
  inference::ModelInferResponse response;
  auto& output = *response.add_outputs();
  output.set_name("y");
  output.set_datatype(std::string(datatype));
  for (const std::int64_t size : shape) output.add_shape(size);
  return response;
}

Result<Tensor> DecodeOutput(const inference::ModelInferResponse& response) {
  SLIPWAY_TRY_ASSIGN(InferAnswer answer, DecodeModelInfer(response.SerializeAsString()));
  return std::move(answer.outputs.at(0).tensor);
}

TEST(GrpcCodecTest, SendsTensorsAsRawBytes) {
  const Tensor tensor = Tensor::Of<std::uint8_t>({3}, std::to_array<std::uint8_t>({'a', 'b', 'c'}));
  ASSERT_OK_AND_ASSIGN(const std::string frame,
                       EncodeModelInfer({.model = "m",
                                         .version = "3",
                                         .id = "7",
                                         .inputs = {{.name = "x", .tensor = tensor.view()}},
                                         .outputs = {"y"}}));

  EXPECT_TRUE(frame.starts_with(GrpcPrefix(frame.size() - kGrpcPrefixBytes)));
  inference::ModelInferRequest request;
  ASSERT_TRUE(request.ParseFromString(frame.substr(kGrpcPrefixBytes)));
  EXPECT_EQ(request.model_name(), "m");
  EXPECT_EQ(request.model_version(), "3");
  EXPECT_EQ(request.id(), "7");
  EXPECT_EQ(request.inputs(0).name(), "x");
  EXPECT_EQ(request.inputs(0).datatype(), "UINT8");
  EXPECT_THAT(request.inputs(0).shape(), ElementsAre(3));
  EXPECT_THAT(request.raw_input_contents(), ElementsAre("abc"));
  EXPECT_EQ(request.outputs(0).name(), "y");
}

TEST(GrpcCodecTest, RefusesBytesThatDoNotFitTheShapeAndNamesTheInput) {
  const Tensor tensor = Tensor::Of<float>({1}, std::to_array<float>({1}));
  InferCall call = {.model = "m", .inputs = {{.name = "x", .tensor = tensor.view()}}};
  call.inputs[0].tensor.shape = {2};

  EXPECT_THAT(EncodeModelInfer(call),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"x\"")));
}

TEST(GrpcCodecTest, ReadsRawOutputs) {
  inference::ModelInferResponse response = ResponseWith("UINT8", {2});
  response.set_model_name("m");
  response.set_model_version("3");
  response.set_id("7");
  response.add_raw_output_contents("\x01\x02");

  ASSERT_OK_AND_ASSIGN(const InferAnswer answer, DecodeModelInfer(response.SerializeAsString()));

  EXPECT_EQ(answer.model, "m");
  EXPECT_EQ(answer.version, "3");
  EXPECT_EQ(answer.id, "7");
  EXPECT_EQ(answer.outputs.at(0).name, "y");
  EXPECT_THAT(answer.outputs.at(0).tensor.elements<std::uint8_t>(), ElementsAre(1, 2));
}

TEST(GrpcCodecTest, ReadsTypedOutputs) {
  inference::ModelInferResponse small = ResponseWith("INT8", {2});
  small.mutable_outputs(0)->mutable_contents()->add_int_contents(-128);
  small.mutable_outputs(0)->mutable_contents()->add_int_contents(127);
  inference::ModelInferResponse doubles = ResponseWith("FP64", {1});
  doubles.mutable_outputs(0)->mutable_contents()->add_fp64_contents(0.1);
  inference::ModelInferResponse strings = ResponseWith("BYTES", {1});
  strings.mutable_outputs(0)->mutable_contents()->add_bytes_contents("abc");

  ASSERT_OK_AND_ASSIGN(const Tensor small_tensor, DecodeOutput(small));
  ASSERT_OK_AND_ASSIGN(const Tensor double_tensor, DecodeOutput(doubles));
  ASSERT_OK_AND_ASSIGN(const Tensor string_tensor, DecodeOutput(strings));

  EXPECT_THAT(small_tensor.elements<std::int8_t>(), ElementsAre(-128, 127));
  EXPECT_THAT(double_tensor.elements<double>(), ElementsAre(0.1));
  ASSERT_OK_AND_ASSIGN(const auto elements, SplitBytesElements(string_tensor.bytes(), 1));
  EXPECT_THAT(elements, ElementsAre("abc"));
}

TEST(GrpcCodecTest, RefusesAnswersThatMakeNoSense) {
  inference::ModelInferResponse short_one = ResponseWith("FP32", {2});
  short_one.add_raw_output_contents("abc");
  inference::ModelInferResponse many = ResponseWith("UINT8", {1});
  many.add_raw_output_contents("a");
  many.add_raw_output_contents("b");
  inference::ModelInferResponse out_of_range = ResponseWith("UINT8", {1});
  out_of_range.mutable_outputs(0)->mutable_contents()->add_uint_contents(256);

  for (const inference::ModelInferResponse& response :
       {short_one, many, out_of_range, ResponseWith("FP31", {1}), ResponseWith("FP16", {1}),
        ResponseWith("FP32", {-1}), ResponseWith("FP32", {1})}) {
    EXPECT_THAT(DecodeOutput(response),
                FailsWith(ErrorCode::kInternal, HasSubstr("malformed answer")))
        << response.DebugString();
  }
  EXPECT_THAT(DecodeModelInfer("\xff"), FailsWith(ErrorCode::kInternal, HasSubstr("1 bytes")));
}

TEST(GrpcCodecTest, ReadsMetadataAndReadiness) {
  inference::ModelMetadataResponse metadata;
  metadata.set_name("m");
  metadata.add_versions("1");
  metadata.set_platform("onnxruntime_onnx");
  auto& input = *metadata.add_inputs();
  input.set_name("x");
  input.set_datatype("FP32");
  input.add_shape(-1);
  inference::ServerReadyResponse ready;
  ready.set_ready(true);

  ASSERT_OK_AND_ASSIGN(const ModelDescription model,
                       DecodeModelMetadata(metadata.SerializeAsString()));
  ASSERT_OK_AND_ASSIGN(const bool is_ready, DecodeServerReady(ready.SerializeAsString()));

  EXPECT_EQ(model.name, "m");
  EXPECT_THAT(model.versions, ElementsAre("1"));
  EXPECT_EQ(model.platform, "onnxruntime_onnx");
  EXPECT_EQ(model.inputs.at(0).dtype, DataType::kFloat32);
  EXPECT_THAT(model.inputs.at(0).shape, ElementsAre(-1));
  EXPECT_TRUE(is_ready);
}

}  // namespace
}  // namespace slipway::api::client
