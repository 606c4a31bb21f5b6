// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/sample_request.h"

#include "slipway/base/json_writer.h"

#include <array>

namespace slipway::app {

Result<std::string> SampleRequest(const DataFlags& flags) {
  const std::array<runtime::TensorSpec, 1> inputs = {
      {{.name = "image", .dtype = DataType::kFloat32, .shape = {-1, 1, 28, 28}}}};
  SLIPWAY_TRY_ASSIGN(const AdaptedData data, LoadAdaptedData(flags, inputs));
  SLIPWAY_TRY_ASSIGN(const Tensor sample, data.samples->Read(0, 1));
  JsonWriter json;
  json.BeginObject().Key("inputs").BeginArray().BeginObject();
  json.Key("name").String(inputs.front().name).Key("datatype").String(WireName(sample.dtype()));
  json.Key("shape").Raw(ToString(sample.shape())).Key("data").BeginArray();
  for (const float element : sample.elements<float>()) json.Number(element);
  json.EndArray().EndObject().EndArray().EndObject();
  return json.Take();
}

}  // namespace slipway::app
