// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_report.h"

#include "slipway/base/json_writer.h"

#include <algorithm>

namespace slipway::quantize {
namespace {

void AppendLayer(JsonWriter& json, const LayerReport& layer) {
  json.BeginObject();
  json.Key("name").String(layer.name);
  json.Key("op_type").String(layer.op_type);
  json.Key("is_int8").Bool(layer.is_int8);
  json.Key("type").String(layer.type);
  json.Key("reason").String(layer.reason);
  json.Key("scale_count").Number(layer.scale_count);
  json.Key("weight_snr_db").Number(layer.weight.snr_db);
  json.EndObject();
}

}  // namespace

std::string ReportedName(const graph::Node& node) {
  return node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
}

std::size_t QuantizeReport::quantized_layer_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      layers, [](const LayerReport& layer) { return layer.scale_count > 0; }));
}

std::string ToJson(const QuantizeReport& report) {
  JsonWriter json;
  json.BeginObject();
  json.Key("method").String(report.method);
  json.Key("target").String(TargetCpuName(report.target));
  json.Key("weight_range").String(WeightRangeName(report.weight_range));
  json.Key("float_bytes").Number(report.float_bytes);
  json.Key("quantized_bytes").Number(report.quantized_bytes);
  json.Key("notes").BeginArray();
  for (const std::string& note : report.notes) json.String(note);
  json.EndArray();
  json.Key("layers").BeginArray();
  for (const LayerReport& layer : report.layers) AppendLayer(json, layer);
  json.EndArray();
  json.EndObject();
  return json.Take();
}

}  // namespace slipway::quantize
