// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/coding_report.h"

#include "slipway/base/json_writer.h"

#include <algorithm>

namespace slipway::codebook {
namespace {

void WriteLayer(JsonWriter& json, const CodedLayer& layer) {
  json.BeginObject().Key("name").String(layer.name).Key("op_type").String(layer.op_type);
  json.Key("is_coded").Bool(layer.is_coded).Key("note").String(layer.note);
  json.Key("execution").String(layer.execution == Execution::kOperator ? "operator" : "folded");
  json.Key("bits").Number(layer.bits).Key("vector_length").Number(layer.vector_length);
  json.Key("stages").Number(layer.stages);
  json.Key("bytes_before").Number(layer.bytes_before);
  json.Key("bytes_after").Number(layer.bytes_after);
  json.Key("weight_snr_db").Number(layer.weight.snr_db);
  json.Key("output_snr_db").Number(layer.output_snr_db).EndObject();
}

}  // namespace

std::size_t CodingReport::coded_layer_count() const {
  return static_cast<std::size_t>(std::ranges::count(layers, true, &CodedLayer::is_coded));
}

std::string ToJson(const CodingReport& report) {
  JsonWriter json;
  json.BeginObject().Key("method").String(CodingMethodName(report.method));
  json.Key("float_bytes").Number(report.float_bytes);
  json.Key("coded_bytes").Number(report.coded_bytes).Key("notes").BeginArray();
  for (const std::string& note : report.notes) json.String(note);
  json.EndArray().Key("layers").BeginArray();
  for (const CodedLayer& layer : report.layers) WriteLayer(json, layer);
  json.EndArray().Key("outputs").BeginArray();
  for (const quantize::OutputComparison& output : report.outputs) {
    json.BeginObject().Key("name").String(output.name).Key("snr_db").Number(output.snr_db);
    json.Key("largest_error").Number(output.largest_error).EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace slipway::codebook
