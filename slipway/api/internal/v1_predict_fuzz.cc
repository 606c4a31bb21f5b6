// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_reader.h"
#include "slipway/api/internal/v1_predict_decoder.h"
#include "slipway/api/internal/v1_predict_encoder.h"
#include "slipway/api/internal/wire_tensor.h"
#include "slipway/base/check.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {
namespace {

serving::InferResponse Echo(const serving::InferRequest& request) {
  serving::InferResponse response{
      .model = request.model, .version = VersionId(1), .id = {}, .outputs = {}};
  for (const serving::InputTensor& input : request.inputs) {
    response.outputs.push_back({input.name, {input.tensor, request.storage}});
  }
  return response;
}

void CheckEncoded(const serving::InferResponse& response, std::optional<std::int64_t> instances) {
  const Result<std::string> json = EncodeV1Predict(response, instances);
  if (!json) return;
  JsonReader reader(*json, json->size());
  SLIPWAY_CHECK(reader.SkipValue().has_value() && reader.ReadEnd().has_value());
}

/// The first byte says the type of input "x"; from 'A' on there is an input "y" as well.
void Run(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input.front());
  const auto dtype = static_cast<DataType>(choice % 14);
  serving::ModelMetadata metadata{.name = *ModelName::Parse("m"),
                                  .versions = {},
                                  .platform = {},
                                  .inputs = {{"x", dtype, {-1}}},
                                  .outputs = {}};
  if (choice >= 'A') metadata.inputs.push_back({"y", DataType::kBytes, {-1}});
  const std::string body(input.substr(1));
  const Result<V1PredictRequest> predict = DecodeV1Predict(body, metadata);
  if (!predict) return;
  for (const serving::InputTensor& tensor : predict->request.inputs) {
    SLIPWAY_CHECK(CheckWireTensor(tensor.tensor).has_value());
  }
  const serving::InferResponse response = Echo(predict->request);
  CheckEncoded(response, predict->instances);
  CheckEncoded(response, std::nullopt);
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slipway::api::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
