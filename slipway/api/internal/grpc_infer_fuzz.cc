// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_infer_decoder.h"
#include "slipway/api/internal/grpc_infer_encoder.h"
#include "slipway/api/internal/wire_tensor.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/base/check.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api {
namespace {

void CheckInput(const inference::ModelInferRequest& message, int index,
                const serving::InputTensor& input) {
  const auto& wanted = message.inputs(index);
  SLIPWAY_CHECK(input.name == wanted.name());
  SLIPWAY_CHECK(WireName(input.tensor.dtype) == wanted.datatype());
  SLIPWAY_CHECK(std::ranges::equal(input.tensor.shape.sizes(), wanted.shape()));
  SLIPWAY_CHECK(CheckWireTensor(input.tensor).has_value());
  if (message.raw_input_contents_size() == 0) return;
  SLIPWAY_CHECK(AsText(input.tensor.bytes) == message.raw_input_contents(index));
}

/// Checks that our reader and the protobuf library saw the same request.
void CheckEqual(const inference::ModelInferRequest& message, const serving::InferRequest& request) {
  SLIPWAY_CHECK(request.model.text() == message.model_name());
  SLIPWAY_CHECK((request.version ? ToString(*request.version) : "") == message.model_version());
  SLIPWAY_CHECK(request.id == message.id());
  SLIPWAY_CHECK(std::ssize(request.inputs) == message.inputs_size());
  for (int i = 0; i < message.inputs_size(); ++i) {
    CheckInput(message, i, request.inputs[static_cast<std::size_t>(i)]);
  }
  SLIPWAY_CHECK(std::ranges::equal(request.outputs, message.outputs(), {}, {},
                                   [](const auto& output) { return output.name(); }));
  SLIPWAY_CHECK(request.parameters.size() == message.parameters().size());
  for (const auto& [key, value] : request.parameters) {
    SLIPWAY_CHECK(message.parameters().contains(key));
  }
}

void CheckEcho(const serving::InferRequest& request) {
  serving::InferResponse response{
      .model = request.model, .version = VersionId(1), .id = request.id, .outputs = {}};
  for (const serving::InputTensor& input : request.inputs) {
    response.outputs.push_back({input.name, {input.tensor, request.storage}});
  }
  SLIPWAY_CHECK(EncodeGrpcInfer(response).has_value());
  SLIPWAY_CHECK(EncodeGrpcStreamInfer(response).has_value());
}

void Run(std::string_view input) {
  std::string framed(kGrpcPrefixBytes, '\0');
  framed += input;
  WriteGrpcPrefix(framed, static_cast<std::uint32_t>(input.size()));
  inference::ModelInferRequest message;
  const bool is_message = message.ParseFromArray(input.data(), static_cast<int>(input.size()));
  const Result<GrpcInferRequest> request = DecodeGrpcInfer({.body = std::move(framed)});
  if (request) {
    SLIPWAY_CHECK(is_message);
    CheckEqual(message, request->request);
    CheckEcho(request->request);
  } else if (is_message) {
    SLIPWAY_CHECK(!request.error().message().contains("not a valid protobuf message"));
  }
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slipway::api::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
