// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_reader.h"
#include "slipway/api/internal/rest_infer_decoder.h"
#include "slipway/api/internal/rest_infer_encoder.h"
#include "slipway/api/internal/wire_tensor.h"
#include "slipway/base/check.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::api {
namespace {

/// What a model that gives back its inputs would answer.
serving::InferResponse Echo(const serving::InferRequest& request) {
  serving::InferResponse response{
      .model = request.model, .version = VersionId(1), .id = request.id, .outputs = {}};
  for (const serving::InputTensor& input : request.inputs) {
    response.outputs.push_back({input.name, {input.tensor, request.storage}});
  }
  return response;
}

void CheckJson(const HttpResponse& response) {
  const std::string& json = std::get<std::string>(response.body.at(0));
  JsonReader reader(json, json.size());
  SLIPWAY_CHECK(reader.SkipValue().has_value() && reader.ReadEnd().has_value());
}

/// The first line is the value of Inference-Header-Content-Length, "-" for none; the body follows.
void Run(std::string_view input) {
  const std::string_view line = input.substr(0, input.find('\n'));
  std::optional<std::string_view> json_length;
  if (line != "-") json_length = line;
  std::string body(input.substr(std::min(line.size() + 1, input.size())));
  const Result<RestInferRequest> infer = DecodeRestInfer({.model = *ModelName::Parse("m"),
                                                          .version = std::nullopt,
                                                          .json_length = json_length,
                                                          .body = std::move(body)});
  if (!infer) return;
  for (const serving::InputTensor& tensor : infer->request.inputs) {
    SLIPWAY_CHECK(CheckWireTensor(tensor.tensor).has_value());
  }
  const serving::InferResponse response = Echo(infer->request);
  if (const Result<HttpResponse> http = EncodeRestInfer(response, {})) CheckJson(*http);
  SLIPWAY_CHECK(EncodeRestInfer(response, {.by_default = true, .requested = {}}).has_value());
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slipway::api::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
