// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/model_description.h"

#include "slipway/app/command_output.h"
#include "slipway/app/table.h"
#include "slipway/base/json_writer.h"

#include <optional>
#include <vector>

namespace slipway::app {
namespace {

using Sizes = std::optional<std::vector<graph::Dimension>>;

std::string DtypeText(const graph::ValueInfo& value) {
  return value.dtype ? std::string(DataTypeName(*value.dtype)) : "unknown";
}

/// "[n,1,28,28]"; "?" for what is not known.
std::string ShapeText(const Sizes& shape) {
  if (!shape) return "?";
  std::vector<std::string> sizes;
  for (const graph::Dimension& dimension : *shape) {
    if (dimension.size) {
      sizes.push_back(fmt::format("{}", *dimension.size));
    } else {
      sizes.push_back(dimension.name.empty() ? "?" : dimension.name);
    }
  }
  return fmt::format("[{}]", fmt::join(sizes, ","));
}

std::string ValuesText(std::string_view title, const std::vector<graph::ValueInfo>& values) {
  std::string text;
  for (const graph::ValueInfo& value : values) {
    text +=
        fmt::format("{}  {}  {} {}\n", title, value.name, DtypeText(value), ShapeText(value.shape));
  }
  return text;
}

std::string OperatorsText(const graph::ModelSummary& summary) {
  std::vector<std::string> counts;
  counts.reserve(summary.operators.size());
  for (const auto& [op_type, count] : summary.operators) {
    counts.push_back(count == 1 ? op_type : fmt::format("{} x{}", op_type, count));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

std::string LayersText(const graph::ModelSummary& summary, const Terminal& terminal) {
  Table table({{"layer", Table::Align::kLeft},
               {"op", Table::Align::kLeft},
               {"output", Table::Align::kLeft},
               {"parameters"},
               {"MACs"},
               {"weights"}});
  for (const graph::LayerSummary& layer : summary.layers) {
    table.AddRow({layer.name, layer.op_type, ShapeText(layer.output_shape),
                  FormatCount(layer.parameters), layer.macs ? FormatCount(*layer.macs) : "?",
                  FormatBytes(layer.weight_bytes)});
  }
  return RenderFor(terminal, table);
}

/// Writes the sizes, -1 for a free one; `null` if the rank is unknown.
void WriteShape(const Sizes& shape, JsonWriter& json) {
  if (!shape) {
    json.Null();
    return;
  }
  json.BeginArray();
  for (const graph::Dimension& dimension : *shape) json.Number(dimension.size.value_or(-1));
  json.EndArray();
}

void WriteValues(const std::vector<graph::ValueInfo>& values, JsonWriter& json) {
  json.BeginArray();
  for (const graph::ValueInfo& value : values) {
    json.BeginObject().Key("name").String(value.name).Key("dtype").String(DtypeText(value));
    json.Key("shape");
    WriteShape(value.shape, json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteLayers(const std::vector<graph::LayerSummary>& layers, JsonWriter& json) {
  json.BeginArray();
  for (const graph::LayerSummary& layer : layers) {
    json.BeginObject().Key("name").String(layer.name).Key("op").String(layer.op_type);
    json.Key("output_shape");
    WriteShape(layer.output_shape, json);
    json.Key("parameters").Number(layer.parameters).Key("macs");
    if (layer.macs) {
      json.Number(*layer.macs);
    } else {
      json.Null();
    }
    json.Key("weight_bytes").Number(layer.weight_bytes).EndObject();
  }
  json.EndArray();
}

template <typename Number>
void WriteByName(const std::map<std::string, Number>& numbers, JsonWriter& json) {
  json.BeginObject();
  for (const auto& [name, number] : numbers) json.Key(name).Number(number);
  json.EndObject();
}

}  // namespace

std::string DescriptionText(const InspectedModel& description, const Terminal& terminal) {
  const graph::ModelSummary& summary = description.summary;
  std::string text =
      fmt::format("{}: {}, opset {}, made by {}\n", description.file.path().string(),
                  FormatBytes(description.file.total_bytes()), description.model.OpsetVersion(),
                  description.model.producer_name.empty() ? "?" : description.model.producer_name);
  text += ValuesText("input ", summary.inputs) + ValuesText("output", summary.outputs);
  text += fmt::format("{} parameters in {}, {}{} MACs for a batch of one\n",
                      FormatCount(summary.parameters), FormatBytes(summary.weight_bytes),
                      summary.macs_are_all ? "" : "at least ", FormatCount(summary.macs));
  text += fmt::format("operators: {}\n\n", OperatorsText(summary));
  return text + LayersText(summary, terminal);
}

std::string DescriptionJson(const InspectedModel& description) {
  const graph::ModelSummary& summary = description.summary;
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.inspect/1");
  json.Key("model").String(description.file.path().string());
  json.Key("ir_version").Number(description.model.ir_version).Key("opsets");
  WriteByName(description.model.opsets, json);
  json.Key("inputs");
  WriteValues(summary.inputs, json);
  json.Key("outputs");
  WriteValues(summary.outputs, json);
  json.Key("operators");
  WriteByName(summary.operators, json);
  json.Key("parameters").Number(summary.parameters).Key("macs").Number(summary.macs);
  json.Key("weight_bytes").Number(summary.weight_bytes);
  json.Key("file_bytes").Number(description.file.total_bytes()).Key("layers");
  WriteLayers(summary.layers, json);
  json.EndObject();
  return json.Take();
}

}  // namespace slipway::app
