// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_decoder.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Result<serving::InferRequest> Decode(const inference::ModelInferRequest& message) {
  SLIPWAY_TRY_ASSIGN(GrpcInferRequest request,
                     DecodeGrpcInfer({.body = Framed(message.SerializeAsString())}));
  return std::move(request.request);
}

inference::ModelInferRequest::InferInputTensor& AddInputTo(inference::ModelInferRequest& message,
                                                           const std::string& name,
                                                           const std::string& datatype,
                                                           std::initializer_list<int> shape) {
  auto& input = *message.add_inputs();
  input.set_name(name);
  input.set_datatype(datatype);
  for (const int size : shape) input.add_shape(size);
  return input;
}

inference::ModelInferRequest OneInput() {
  inference::ModelInferRequest message;
  message.set_model_name("m");
  AddInputTo(message, "x", "FP32", {1, 2});
  return message;
}

TEST(GrpcInferDecoderTest, ReadsARequestWithRawTensors) {
  inference::ModelInferRequest message = OneInput();
  message.set_model_version("3");
  message.set_id("7");
  AddInputTo(message, "s", "BYTES", {1});
  message.add_outputs()->set_name("y");
  message.add_raw_input_contents("abcdefgh");
  message.add_raw_input_contents(std::string("\1\0\0\0a", 5));
  (*message.mutable_parameters())["b"].set_bool_param(true);
  (*message.mutable_parameters())["d"].set_double_param(0.5);
  (*message.mutable_parameters())["i"].set_int64_param(-1);
  (*message.mutable_parameters())["s"].set_string_param("t");
  (*message.mutable_parameters())["u"].set_uint64_param(1);

  ASSERT_OK_AND_ASSIGN(const serving::InferRequest request, Decode(message));

  EXPECT_EQ(request.model.text(), "m");
  EXPECT_EQ(request.version, VersionId(3));
  EXPECT_EQ(request.id, "7");
  EXPECT_THAT(request.outputs, ElementsAre("y"));
  ASSERT_EQ(request.inputs.size(), 2U);
  EXPECT_EQ(request.inputs[0].name, "x");
  EXPECT_EQ(request.inputs[0].tensor.shape, Shape({1, 2}));
  EXPECT_EQ(AsText(request.inputs[0].tensor.bytes), "abcdefgh");
  EXPECT_EQ(AsText(request.inputs[1].tensor.bytes), std::string_view("\1\0\0\0a", 5));
  EXPECT_THAT(request.parameters,
              ElementsAre(Pair("b", serving::Parameter(true)), Pair("d", serving::Parameter(0.5)),
                          Pair("i", serving::Parameter(std::int64_t{-1})),
                          Pair("s", serving::Parameter(std::string("t"))),
                          Pair("u", serving::Parameter(std::uint64_t{1}))));
}

TEST(GrpcInferDecoderTest, LeavesTheVersionToTheServerWhenItIsEmpty) {
  inference::ModelInferRequest message = OneInput();
  message.add_raw_input_contents("abcdefgh");

  ASSERT_OK_AND_ASSIGN(const serving::InferRequest request, Decode(message));

  EXPECT_EQ(request.version, std::nullopt);
}

TEST(GrpcInferDecoderTest, ConvertsTypedContents) {
  inference::ModelInferRequest message = OneInput();
  message.mutable_inputs(0)->mutable_contents()->add_fp32_contents(0.5F);
  message.mutable_inputs(0)->mutable_contents()->add_fp32_contents(2);

  ASSERT_OK_AND_ASSIGN(const serving::InferRequest request, Decode(message));

  EXPECT_THAT(request.inputs[0].tensor.elements<float>(), ElementsAre(0.5F, 2));
}

TEST(GrpcInferDecoderTest, RefusesRawAndTypedInOneRequest) {
  inference::ModelInferRequest message = OneInput();
  message.mutable_inputs(0)->mutable_contents()->add_fp32_contents(0.5F);
  message.add_raw_input_contents("abcdefgh");

  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("mixed")));
}

TEST(GrpcInferDecoderTest, RefusesRawTensorsOfTheWrongNumberOrSize) {
  inference::ModelInferRequest message = OneInput();
  message.add_raw_input_contents("abcdefg");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"x\"")));

  message.set_raw_input_contents(0, "abcdefghi");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"x\"")));

  message.set_raw_input_contents(0, "abcdefgh");
  message.add_raw_input_contents("abcdefgh");
  EXPECT_THAT(Decode(message),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("2 elements for 1 inputs")));
}

TEST(GrpcInferDecoderTest, RefusesWhatItCannotName) {
  inference::ModelInferRequest message = OneInput();
  message.add_raw_input_contents("abcdefgh");

  message.set_model_name("../m");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("model name")));
  message.set_model_name("m");
  message.set_model_version("01");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("model version")));
  message.clear_model_version();
  message.mutable_inputs(0)->set_datatype("fp32");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"fp32\"")));
  message.mutable_inputs(0)->set_datatype("FP32");
  message.mutable_inputs(0)->set_shape(0, -1);
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("-1")));
}

TEST(GrpcInferDecoderTest, RefusesDuplicates) {
  inference::ModelInferRequest message = OneInput();
  message.add_raw_input_contents("abcdefgh");
  message.add_outputs()->set_name("y");
  message.add_outputs()->set_name("y");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"y\" is asked")));

  message.clear_outputs();
  AddInputTo(message, "x", "FP32", {0});
  message.add_raw_input_contents("");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("given twice")));
}

TEST(GrpcInferDecoderTest, BoundsTheNumberOfTensors) {
  inference::ModelInferRequest message = OneInput();
  for (int i = 0; i < 100'000; ++i) message.add_outputs()->set_name(std::to_string(i));
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("at most 512")));

  message.clear_outputs();
  for (int i = 0; i < 1'000; ++i) message.add_inputs();
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("at most 512")));

  message = OneInput();
  for (int i = 0; i < 1'000; ++i) message.add_raw_input_contents("");
  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("more than 512")));
}

TEST(GrpcInferDecoderTest, RefusesSharedMemoryThatIsNotOffered) {
  inference::ModelInferRequest message = OneInput();
  (*message.mutable_inputs(0)->mutable_parameters())["shared_memory_region"].set_string_param("r");

  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kUnimplemented, HasSubstr("shared memory")));
}

TEST(GrpcInferDecoderTest, ReadsHowOutputsAreSent) {
  inference::ModelInferRequest message = OneInput();
  message.add_raw_input_contents("abcdefgh");
  message.add_outputs()->set_name("y");
  auto& output = *message.add_outputs();
  output.set_name("z");
  (*output.mutable_parameters())["classification"].set_int64_param(3);
  ASSERT_OK_AND_ASSIGN(const GrpcInferRequest request,
                       DecodeGrpcInfer({.body = Framed(message.SerializeAsString())}));

  ASSERT_EQ(request.outputs.size(), 2U);
  EXPECT_EQ(request.outputs[0].classes, 0U);
  EXPECT_EQ(request.outputs[1].classes, 3U);
}

TEST(GrpcInferDecoderTest, RefusesParametersWithoutAValue) {
  inference::ModelInferRequest message = OneInput();
  (*message.mutable_parameters())["a"];

  EXPECT_THAT(Decode(message), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"a\"")));
}

TEST(GrpcInferDecoderTest, NeverReadsAnInputOutOfAMessageCutShort) {
  inference::ModelInferRequest message = OneInput();
  message.add_raw_input_contents("abcdefgh");
  const std::string whole = message.SerializeAsString();

  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto request = DecodeGrpcInfer({.body = Framed(whole.substr(0, size))});
    EXPECT_TRUE(!request || request->request.inputs.empty()) << size;
  }
}

TEST(GrpcInferDecoderTest, PassesOverUnknownFields) {
  inference::ModelInferRequest message = OneInput();
  message.add_raw_input_contents("abcdefgh");
  // Field 100 as a varint, and field 101 as a group.
  const std::string extended =
      message.SerializeAsString() + std::string("\xa0\x06\x01\xab\x06\x08\x01\xac\x06", 9);

  EXPECT_TRUE(DecodeGrpcInfer({.body = Framed(extended)}));
}

}  // namespace
}  // namespace slipway::api
