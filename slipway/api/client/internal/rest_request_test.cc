// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/rest_codec.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <array>
#include <limits>

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kServer = "127.0.0.1:8000";

template <typename T, std::size_t size>
Tensor TensorOf(const std::array<T, size>& elements) {
  return Tensor::Of<T>({std::int64_t{size}}, elements);
}

InferCall CallWith(const Tensor& tensor) {
  return {.model = "m", .inputs = {{.name = "x", .tensor = tensor.view()}}};
}

// The "data" that `tensor` has in a JSON request.
std::string JsonDataOf(const TensorView& tensor) {
  const InferCall call = {.model = "m", .inputs = {{.name = "x", .tensor = tensor}}};
  const Result<std::string> request = EncodeInferRequest(call, TensorEncoding::kJson, kServer);
  if (!request) return ToString(request.error());
  const std::size_t begin = request->find("\"data\":") + 7;
  return request->substr(begin, request->rfind("}]}") - begin);
}

TEST(RestRequestTest, SendsTensorsAsBytesBehindTheJson) {
  const Tensor tensor = TensorOf(std::to_array<std::uint8_t>({'a', 'b', 'c'}));
  InferCall call = CallWith(tensor);
  call.version = "3";
  call.id = "id \"1\"";
  call.outputs = {"y"};

  ASSERT_OK_AND_ASSIGN(const std::string request,
                       EncodeInferRequest(call, TensorEncoding::kBinary, kServer));

  const std::string json =
      R"({"id":"id \"1\"","parameters":{"binary_data_output":true},"inputs":[{"name":"x",)"
      R"("shape":[3],"datatype":"UINT8","parameters":{"binary_data_size":3}}],)"
      R"("outputs":[{"name":"y"}]})";
  EXPECT_EQ(request,
            fmt::format("POST /v2/models/m/versions/3/infer HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
                        "Content-Type: application/octet-stream\r\nContent-Length: {}\r\n"
                        "Inference-Header-Content-Length: {}\r\n\r\n{}abc",
                        json.size() + 3, json.size(), json));
}

TEST(RestRequestTest, SendsTensorsAsJson) {
  const Tensor tensor = TensorOf(std::to_array<float>({1, -0.5F, 1e30F}));

  ASSERT_OK_AND_ASSIGN(const std::string request,
                       EncodeInferRequest(CallWith(tensor), TensorEncoding::kJson, kServer));

  EXPECT_THAT(request, StartsWith("POST /v2/models/m/infer HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request, EndsWith("\r\n\r\n"
                                R"({"inputs":[{"name":"x","shape":[3],)"
                                R"("datatype":"FP32","data":[1,-0.5,1e+30]}]})"));
}

TEST(RestRequestTest, WritesEveryTypeOfElementExactly) {
  using Int64 = std::numeric_limits<std::int64_t>;
  using Uint64 = std::numeric_limits<std::uint64_t>;
  std::string strings;
  ASSERT_OK(AppendBytesElement(strings, "a\"b"));
  ASSERT_OK(AppendBytesElement(strings, ""));

  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<bool>({true, false})).view()), "[true,false]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<std::int8_t>({-128})).view()), "[-128]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<std::uint8_t>({255})).view()), "[255]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<std::int16_t>({-32768})).view()), "[-32768]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<std::uint16_t>({65535})).view()), "[65535]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<std::int32_t>({-1})).view()), "[-1]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<std::uint32_t>({4294967295})).view()),
            "[4294967295]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array({Int64::min()})).view()), "[-9223372036854775808]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array({Uint64::max()})).view()), "[18446744073709551615]");
  EXPECT_EQ(JsonDataOf(TensorOf(std::to_array<double>({0.1})).view()), "[0.1]");
  EXPECT_EQ(JsonDataOf({.dtype = DataType::kBytes, .shape = {2}, .bytes = AsBytes(strings)}),
            R"(["a\"b",""])");
}

TEST(RestRequestTest, RefusesWhatJsonCannotCarry) {
  std::string strings;
  ASSERT_OK(AppendBytesElement(strings, "\xff"));
  ASSERT_OK_AND_ASSIGN(const Tensor half, Tensor::Zeros(DataType::kFloat16, {1}));

  EXPECT_THAT(JsonDataOf({.dtype = DataType::kBytes, .shape = {1}, .bytes = AsBytes(strings)}),
              HasSubstr("not UTF-8"));
  EXPECT_THAT(JsonDataOf(half.view()), HasSubstr("use binary tensors"));
}

TEST(RestRequestTest, RefusesBytesThatDoNotFitTheShapeAndNamesTheInput) {
  const Tensor tensor = TensorOf(std::to_array<float>({1, 2}));
  InferCall call = CallWith(tensor);
  call.inputs[0].tensor.shape = {3};

  EXPECT_THAT(EncodeInferRequest(call, TensorEncoding::kBinary, kServer),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"x\"")));
}

TEST(RestRequestTest, EncodesNamesForThePath) {
  EXPECT_EQ(ModelPath("a b/c?d\r\n%", ""), "/v2/models/a%20b%2Fc%3Fd%0D%0A%25");
  EXPECT_EQ(ModelPath("fashion-1.0_~", "7"), "/v2/models/fashion-1.0_~/versions/7");
}

}  // namespace
}  // namespace slipway::api::client
