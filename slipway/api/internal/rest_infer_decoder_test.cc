// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_infer_decoder.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Result<RestInferRequest> Decode(std::string json, std::string_view binary = {},
                                std::optional<std::string> json_length = std::nullopt) {
  const std::string own_length = std::to_string(json.size());
  std::optional<std::string_view> length;
  if (!binary.empty()) length = own_length;
  if (json_length) length = *json_length;
  return DecodeRestInfer({.model = *ModelName::Parse("m"),
                          .version = VersionId(3),
                          .json_length = length,
                          .body = std::move(json) + std::string(binary)});
}

/// A request with one input whose members are `members`.
std::string WithInput(std::string_view members) {
  return fmt::format(R"({{"inputs":[{{{}}}]}})", members);
}

TEST(RestInferDecoderTest, ReadsARequest) {
  ASSERT_OK_AND_ASSIGN(
      const RestInferRequest infer,
      Decode(R"({"id":"7","inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[0.5,1]}],
                 "outputs":[{"name":"y"},{"name":"z"}],
                 "parameters":{"priority":1,"big":18446744073709551615,"f":0.5,"s":"a","b":true}})"));

  const serving::InferRequest& request = infer.request;
  EXPECT_EQ(request.model.text(), "m");
  EXPECT_EQ(request.version, VersionId(3));
  EXPECT_EQ(request.id, "7");
  ASSERT_EQ(request.inputs.size(), 1U);
  EXPECT_EQ(request.inputs[0].name, "x");
  EXPECT_EQ(request.inputs[0].tensor.shape, Shape({1, 2}));
  EXPECT_THAT(request.inputs[0].tensor.elements<float>(), ElementsAre(0.5F, 1));
  EXPECT_THAT(request.outputs, ElementsAre("y", "z"));
  EXPECT_THAT(request.parameters,
              ElementsAre(Pair("b", serving::Parameter(true)),
                          Pair("big", serving::Parameter(std::uint64_t{18446744073709551615U})),
                          Pair("f", serving::Parameter(0.5)),
                          Pair("priority", serving::Parameter(std::int64_t{1})),
                          Pair("s", serving::Parameter(std::string("a")))));
  EXPECT_FALSE(infer.choice.IsBinary(0));
}

TEST(RestInferDecoderTest, TakesMembersInAnyOrder) {
  ASSERT_OK_AND_ASSIGN(
      const RestInferRequest infer,
      Decode(R"({"inputs":[{"data":[[1],[2]],"datatype":"INT32","shape":[2],"name":"x"},
                           {"data":["a"],"shape":[1],"name":"y","datatype":"BYTES"}]})"));

  EXPECT_THAT(infer.request.inputs[0].tensor.elements<std::int32_t>(), ElementsAre(1, 2));
  EXPECT_EQ(infer.request.inputs[1].tensor.bytes.size(), 5U);
}

TEST(RestInferDecoderTest, LeavesBinaryTensorsWhereTheyAre) {
  const std::array<float, 2> x = {1.5F, -2};
  const std::string binary = std::string(AsText(std::as_bytes(std::span(x)))) + "\x01";

  ASSERT_OK_AND_ASSIGN(const RestInferRequest infer, Decode(R"({"inputs":[
        {"name":"x","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}},
        {"name":"i","shape":[1],"datatype":"INT8","data":[5]},
        {"name":"b","shape":[1],"datatype":"BOOL","parameters":{"binary_data_size":1}}]})",
                                                            binary));

  const auto& inputs = infer.request.inputs;
  EXPECT_EQ(AsText(inputs[0].tensor.bytes), binary.substr(0, 8));
  EXPECT_EQ(inputs[2].tensor.bytes.data(), inputs[0].tensor.bytes.data() + 8);
  EXPECT_EQ(AsText(inputs[2].tensor.bytes), "\x01");
}

TEST(RestInferDecoderTest, KeepsItsBytesAliveThroughTheStorage) {
  ASSERT_OK_AND_ASSIGN(RestInferRequest infer, Decode(WithInput(R"("name":"x","shape":[1],
      "datatype":"BYTES","parameters":{"binary_data_size":6})"),
                                                      std::string_view("\2\0\0\0hi", 6)));

  const serving::InferRequest moved = std::move(infer.request);

  EXPECT_EQ(AsText(moved.inputs[0].tensor.bytes), std::string_view("\2\0\0\0hi", 6));
}

TEST(RestInferDecoderTest, KnowsWhichOutputsAreBinary) {
  const std::string input = R"("inputs":[{"name":"x","shape":[0],"datatype":"FP32","data":[]}])";
  ASSERT_OK_AND_ASSIGN(const RestInferRequest all,
                       Decode("{" + input + R"(,"parameters":{"binary_data_output":true}})"));
  ASSERT_OK_AND_ASSIGN(const RestInferRequest some,
                       Decode("{" + input + R"(,"parameters":{"binary_data_output":true},"outputs":[
        {"name":"a","parameters":{"binary_data":false}},{"name":"b"}]})"));
  ASSERT_OK_AND_ASSIGN(const RestInferRequest one, Decode("{" + input + R"(,"outputs":[
        {"name":"a"},{"name":"b","parameters":{"binary_data":true}}]})"));

  EXPECT_TRUE(all.choice.IsBinary(0));
  EXPECT_FALSE(some.choice.IsBinary(0));
  EXPECT_TRUE(some.choice.IsBinary(1));
  EXPECT_FALSE(one.choice.IsBinary(0));
  EXPECT_TRUE(one.choice.IsBinary(1));
  EXPECT_TRUE(all.request.parameters.empty());
}

TEST(RestInferDecoderTest, RefusesLiesInTheLengthHeader) {
  for (const char* length :
       {"-1", "18446744073709551616", "1e9", "99999", "", " 5", "5 ", "0x10", "+5", "abc", "4.0"}) {
    EXPECT_THAT(
        Decode("{}", {}, length),
        FailsWith(ErrorCode::kInvalidArgument,
                  AllOf(HasSubstr("Inference-Header-Content-Length"), HasSubstr("2 bytes"))))
        << length;
  }
}

TEST(RestInferDecoderTest, RefusesAHeaderThatCutsTheJsonShort) {
  const std::string json = WithInput(R"("name":"x","shape":[1],"datatype":"INT8","data":[12])");
  for (std::size_t length = 1; length < json.size(); ++length) {
    EXPECT_THAT(Decode(json, {}, std::to_string(length)),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("JSON at byte")))
        << length;
  }
}

struct BinaryType {
  DataType dtype;
  std::size_t element_bytes;
};

class RestInferDecoderBinaryTest : public ::testing::TestWithParam<BinaryType> {
 protected:
  /// An input of two elements that says it has `size` bytes and brings `sent`, `shift` bytes away
  /// from where the first one would lie.
  static Result<RestInferRequest> Send(std::size_t size, std::size_t sent, std::size_t shift = 0) {
    const std::string json = fmt::format(
        R"({}{{"inputs":[{{"name":"x","shape":[2],"datatype":"{}","parameters":{{"binary_data_size":{}}}}}]}})",
        std::string(shift, ' '), WireName(GetParam().dtype), size);
    return Decode(json, std::string(sent, '\1'), std::to_string(json.size()));
  }
};

TEST_P(RestInferDecoderBinaryTest, TakesTheRightSizeAtAnyAlignment) {
  const std::size_t size = 2 * GetParam().element_bytes;
  for (std::size_t shift = 0; shift < 8; ++shift) {
    ASSERT_OK_AND_ASSIGN(const RestInferRequest infer, Send(size, size, shift));
    EXPECT_EQ(infer.request.inputs[0].tensor.bytes.size(), size);
  }
}

TEST_P(RestInferDecoderBinaryTest, RefusesEveryOtherSize) {
  const std::size_t size = 2 * GetParam().element_bytes;
  for (const std::size_t wrong : {std::size_t{0}, size - 1, size + 1, 2 * size}) {
    EXPECT_THAT(Send(wrong, wrong),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"x\"")))
        << wrong;
  }
  EXPECT_THAT(Send(size, size - 1), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("follow")));
  EXPECT_THAT(Send(size, size + 1), FailsWith(ErrorCode::kInvalidArgument,
                                              HasSubstr("1 bytes of the body belong to no")));
}

INSTANTIATE_TEST_SUITE_P(
    AllTypes, RestInferDecoderBinaryTest,
    ::testing::Values(BinaryType{DataType::kBool, 1}, BinaryType{DataType::kUint8, 1},
                      BinaryType{DataType::kUint16, 2}, BinaryType{DataType::kUint32, 4},
                      BinaryType{DataType::kUint64, 8}, BinaryType{DataType::kInt8, 1},
                      BinaryType{DataType::kInt16, 2}, BinaryType{DataType::kInt32, 4},
                      BinaryType{DataType::kInt64, 8}, BinaryType{DataType::kFloat16, 2},
                      BinaryType{DataType::kBfloat16, 2}, BinaryType{DataType::kFloat32, 4},
                      BinaryType{DataType::kFloat64, 8}),
    [](const auto& param) { return std::string(WireName(param.param.dtype)); });

TEST(RestInferDecoderTest, RefusesBinaryContentThatIsNotOfItsType) {
  const auto send = [](std::string_view dtype, std::string_view bytes) {
    return Decode(
        WithInput(fmt::format(
            R"("name":"x","shape":[1],"datatype":"{}","parameters":{{"binary_data_size":{}}})",
            dtype, bytes.size())),
        bytes);
  };

  EXPECT_THAT(send("BOOL", "\x02"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("is 2")));
  EXPECT_THAT(send("BYTES", std::string_view("\x09\0\0\0a", 5)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("runs past the end")));
  EXPECT_THAT(send("BYTES", "\xff\xff\xff\xff"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("runs past the end")));
  EXPECT_THAT(send("BYTES", std::string_view("\0\0\0\0\0", 5)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("end at byte 4")));
}

struct Refused {
  const char* json;
  const char* message;
};

class RestInferDecoderRefusalTest : public ::testing::TestWithParam<Refused> {};

TEST_P(RestInferDecoderRefusalTest, NamesTheFieldAndTheValues) {
  EXPECT_THAT(Decode(GetParam().json),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr(GetParam().message)))
      << GetParam().json;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, RestInferDecoderRefusalTest,
    ::testing::Values(
        Refused{"", "the document ends"}, Refused{"[]", "expected an object, got an array"},
        Refused{"{}", "no \"inputs\""}, Refused{R"({"inputs":{}})", "expected an array"},
        Refused{R"({"inputs":[1]})", "expected an object, got a number"},
        Refused{R"({"inputs":[],"inputs":[]})", "\"inputs\" is given twice"},
        Refused{R"({"inputs":[]} x)", "expected the end"},
        Refused{R"({"inputs":[],"id":7})", "expected a string, got a number"},
        Refused{R"({"inputs":[{"shape":[1],"datatype":"INT8","data":[1]}]})",
                "\"name\" is missing"},
        Refused{R"({"inputs":[{"name":"x","datatype":"INT8","data":[1]}]})",
                "input \"x\": \"shape\" is missing"},
        Refused{R"({"inputs":[{"name":"x","shape":[1],"data":[1]}]})",
                "input \"x\": \"datatype\" is missing"},
        Refused{R"({"inputs":[{"name":"x","shape":[1],"datatype":"INT8"}]})",
                "neither \"data\" nor \"binary_data_size\""},
        Refused{R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP8","data":[1]}]})",
                "datatype \"FP8\" is unknown"},
        Refused{R"({"inputs":[{"name":"x","shape":[-1],"datatype":"INT8","data":[1]}]})", "-1"},
        Refused{R"({"inputs":[{"name":"x","shape":[1.5],"datatype":"INT8","data":[1]}]})",
                "\"1.5\" is no whole number"},
        Refused{R"({"inputs":[{"name":"x","shape":1,"datatype":"INT8","data":[1]}]})",
                "expected an array, got a number"},
        Refused{
            R"({"inputs":[{"name":"x","shape":[4294967296,4294967296],"datatype":"INT8","data":[1]}]})",
            "input \"x\""},
        Refused{
            R"({"inputs":[{"name":"x","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"datatype":"INT8","data":[1]}]})",
            "at most 16 dimensions"},
        Refused{R"({"inputs":[{"name":"x","shape":[1,16],"datatype":"FP32","data":[1,2]}]})",
                "input \"x\": \"data\" of FP32 [1,16]: the shape has 16 elements, the data 2"},
        Refused{R"({"inputs":[{"name":"x","name":"x"}]})", "\"name\" is given twice"},
        Refused{R"({"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1],"data":[1]}]})",
                "\"data\" is given twice"},
        Refused{
            R"({"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1]},{"name":"x","shape":[1],"datatype":"INT8","data":[1]}]})",
            "input \"x\" is given twice"},
        Refused{
            R"({"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1],"parameters":{"binary_data_size":1}}]})",
            "both given"},
        Refused{
            R"({"inputs":[{"name":"x","shape":[1],"datatype":"INT8","parameters":{"binary_data_size":-1}}]})",
            "\"-1\" is out of range"},
        Refused{
            R"({"inputs":[{"name":"x","shape":[1],"datatype":"INT8","parameters":{"binary_data_size":1}}]})",
            "binary_data_size is 1, but 0 bytes follow"},
        Refused{
            R"({"inputs":[{"name":"x","shape":[1],"datatype":"INT8","parameters":{"binary_data_size":18446744073709551615}}]})",
            "but 0 bytes follow"},
        Refused{R"({"inputs":[],"outputs":[{}]})", "no \"name\""},
        Refused{R"({"inputs":[],"outputs":[{"name":"y"},{"name":"y"}]})",
                "output \"y\" is asked for twice"},
        Refused{R"({"inputs":[],"outputs":[{"name":"y","parameters":{"binary_data":1}}]})",
                "expected true or false, got a number"},
        Refused{R"({"inputs":[],"parameters":{"a":[1]}})", "parameter \"a\""},
        Refused{R"({"inputs":[],"parameters":{"a":null}})", "got null"},
        Refused{R"({"inputs":[],"parameters":{"a":1,"a":2}})", "parameter \"a\" is given twice"},
        Refused{R"({"inputs":[],"parameters":{"binary_data_output":"yes"}})", "true or false"},
        Refused{R"({"inputs":[],"unknown":[1,})", "JSON at byte"}));

TEST(RestInferDecoderTest, ReadsHowManyClassesAreWanted) {
  ASSERT_OK_AND_ASSIGN(
      const RestInferRequest infer,
      Decode(R"({"inputs":[],"outputs":[{"name":"y","parameters":{"classification":3}},
                                        {"name":"z","parameters":{"mine":[1]}}]})"));

  EXPECT_EQ(infer.choice.requested.at(0).classes, 3U);
  EXPECT_EQ(infer.choice.requested.at(1).classes, 0U);
  EXPECT_FALSE(
      Decode(R"({"inputs":[],"outputs":[{"name":"y","parameters":{"classification":-1}}]})"));
}

TEST(RestInferDecoderTest, SaysThatItHasNoSharedMemory) {
  EXPECT_THAT(Decode(WithInput(R"("name":"x","shape":[1],"datatype":"INT8",
                 "parameters":{"shared_memory_region":"r"})")),
              FailsWith(ErrorCode::kUnimplemented, HasSubstr("--allow-client-shm")));
  EXPECT_THAT(
      Decode(R"({"inputs":[],"outputs":[{"name":"y","parameters":{"shared_memory_region":"r"}}]})"),
      FailsWith(ErrorCode::kUnimplemented, HasSubstr("\"y\"")));
}

TEST(RestInferDecoderTest, KeepsNulInsideOfStrings) {
  ASSERT_OK_AND_ASSIGN(
      const RestInferRequest infer,
      Decode(WithInput(R"("name":"x","shape":[1],"datatype":"BYTES","data":["a\u0000b"])")));

  EXPECT_EQ(AsText(infer.request.inputs[0].tensor.bytes), std::string_view("\3\0\0\0a\0b", 7));
}

TEST(RestInferDecoderTest, BoundsTheNumberOfInputsAndOutputs) {
  std::string outputs;
  for (int i = 0; i < 1'000'000; ++i) outputs += fmt::format(R"({{"name":"{}"}},)", i);
  std::string inputs;
  for (int i = 0; i < 1'000; ++i) {
    inputs += fmt::format(R"({{"name":"{}","shape":[0],"datatype":"INT8","data":[]}},)", i);
  }

  EXPECT_THAT(Decode(R"({"inputs":[],"outputs":[)" + outputs),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("at most 512 outputs")));
  EXPECT_THAT(Decode(R"({"inputs":[)" + inputs),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("at most 512 inputs")));
}

TEST(RestInferDecoderTest, RefusesDeepNestingWhereverItIs) {
  const std::string deep(100'000, '[');
  for (const std::string& json :
       {"{\"inputs\":" + deep, "{\"unknown\":" + deep,
        R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":)" + deep,
        R"({"inputs":[{"data":)" + deep}) {
    EXPECT_FALSE(Decode(json)) << json.substr(0, 40);
  }
}

}  // namespace
}  // namespace slipway::api
