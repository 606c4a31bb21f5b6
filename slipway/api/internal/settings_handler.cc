// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/settings_handler.h"

#include "slipway/api/internal/json_body.h"
#include "slipway/api/internal/log_setting_text.h"
#include "slipway/api/internal/model_target.h"
#include "slipway/api/internal/rest_response.h"
#include "slipway/api/internal/trace_setting_text.h"
#include "slipway/base/json_writer.h"
#include "slipway/base/log.h"

#include <optional>
#include <string>
#include <vector>

namespace slipway::api {
namespace {

/// A text, or a whole number as a text: clients send both.
Result<std::string> ReadText(JsonReader& reader) {
  if (reader.Peek() != JsonKind::kNumber) return reader.ReadString();
  std::int64_t number = 0;
  SLIPWAY_TRY(reader.ReadNumber(number));
  return std::to_string(number);
}

/// Texts, one or in a list; nothing for null.
Result<std::optional<std::vector<std::string>>> ReadTraceValues(JsonReader& reader) {
  std::optional<std::vector<std::string>> values;
  if (reader.Peek() == JsonKind::kNull) {
    SLIPWAY_TRY(reader.SkipValue());
    return values;
  }
  values.emplace();
  const auto add = [&]() -> Status {
    SLIPWAY_TRY_ASSIGN(values->emplace_back(), ReadText(reader));
    return {};
  };
  SLIPWAY_TRY(reader.Peek() == JsonKind::kArray ? reader.ForEachElement(add) : add());
  return values;
}

Result<LogValue> ReadLogValue(JsonReader& reader) {
  switch (reader.Peek()) {
    case JsonKind::kBool: {
      SLIPWAY_TRY_ASSIGN(const bool flag, reader.ReadBool());
      return LogValue(flag);
    }
    case JsonKind::kNumber: {
      std::uint32_t number = 0;
      SLIPWAY_TRY(reader.ReadNumber(number));
      return LogValue(number);
    }
    default: {
      SLIPWAY_TRY_ASSIGN(std::string text, reader.ReadString());
      return LogValue(std::move(text));
    }
  }
}

void WriteValue(JsonWriter& json, const LogValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    json.Bool(*flag);
  } else if (const auto* number = std::get_if<std::uint32_t>(&value)) {
    json.Number(*number);
  } else {
    json.String(std::get<std::string>(value));
  }
}

HttpResponse TraceResponse(const serving::TraceSetting& setting) {
  JsonWriter json;
  json.BeginObject();
  for (const auto& [name, values] : TraceFieldsOf(setting)) {
    json.Key(name);
    if (name != "trace_level") {
      json.String(values.front());
      continue;
    }
    json.BeginArray();
    for (const std::string& value : values) json.String(value);
    json.EndArray();
  }
  json.EndObject();
  return JsonResponse(200, json.Take());
}

HttpResponse LogResponse(const LogSettings& settings) {
  JsonWriter json;
  json.BeginObject();
  for (const auto& [name, value] : LogFieldsOf(settings)) {
    json.Key(name);
    WriteValue(json, value);
  }
  json.EndObject();
  return JsonResponse(200, json.Take());
}

Result<serving::TraceChange> ParseTraceChange(const std::string& body) {
  serving::TraceChange change;
  SLIPWAY_TRY(ReadJsonBody(body, [&](JsonReader& reader, std::string_view key) -> Status {
    SLIPWAY_TRY_ASSIGN(const std::optional<std::vector<std::string>> values,
                       ReadTraceValues(reader));
    return AddTraceField(key, values, change);
  }));
  return change;
}

}  // namespace

Result<HttpResponse> SettingsHandler::Trace(const HttpRequest& request,
                                            const RouteMatch& match) const {
  if (parts_.traces == nullptr) {
    return MakeError(ErrorCode::kUnimplemented, "this server does not trace");
  }
  serving::TraceSettings& traces = *parts_.traces;
  const bool is_change = request.method == "POST";
  serving::TraceChange change;
  if (is_change) {
    SLIPWAY_TRY_ASSIGN(change, ParseTraceChange(request.body));
  }
  if (match.model.empty()) {
    return TraceResponse(is_change ? traces.ChangeGlobal(change) : traces.Global());
  }
  SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY(parts_.service.IsModelReady(target.model, std::nullopt));
  return TraceResponse(is_change ? traces.ChangeModel(target.model, change)
                                 : traces.Of(target.model));
}

Result<HttpResponse> SettingsHandler::Log(const HttpRequest& request) const {
  LogSettings settings = CurrentLogSettings();
  if (request.method != "POST") return LogResponse(settings);
  SLIPWAY_TRY(ReadJsonBody(request.body, [&](JsonReader& reader, std::string_view key) -> Status {
    SLIPWAY_TRY_ASSIGN(const LogValue value, ReadLogValue(reader));
    return SetLogField(key, value, settings);
  }));
  ChangeLogSettings(settings);
  return LogResponse(settings);
}

}  // namespace slipway::api
