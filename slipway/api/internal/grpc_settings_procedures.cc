// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_settings_procedures.h"

#include "slipway/api/internal/grpc_messages.h"
#include "slipway/api/internal/log_setting_text.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/api/internal/trace_setting_text.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/base/log.h"

#include <optional>
#include <vector>

namespace slipway::api {
namespace {

Result<serving::TraceChange> ReadChange(const inference::TraceSettingRequest& request) {
  serving::TraceChange change;
  for (const auto& [name, setting] : request.settings()) {
    std::optional<std::vector<std::string>> values;
    if (setting.value_size() > 0) values.emplace(setting.value().begin(), setting.value().end());
    SLIPWAY_TRY(AddTraceField(name, values, change));
  }
  return change;
}

Result<serving::TraceSetting> Change(const FrontParts& parts, const std::string& model_name,
                                     const serving::TraceChange& change) {
  if (model_name.empty()) return parts.traces->ChangeGlobal(change);
  SLIPWAY_TRY_ASSIGN(const ModelName model, ModelName::Parse(model_name));
  SLIPWAY_TRY(parts.service.IsModelReady(model, std::nullopt));
  return parts.traces->ChangeModel(model, change);
}

Result<LogValue> ValueOf(const std::string& name,
                         const inference::LogSettingsRequest::SettingValue& setting) {
  using Setting = inference::LogSettingsRequest::SettingValue;
  switch (setting.parameter_choice_case()) {
    case Setting::kBoolParam:
      return LogValue(setting.bool_param());
    case Setting::kUint32Param:
      return LogValue(setting.uint32_param());
    case Setting::kStringParam:
      return LogValue(setting.string_param());
    case Setting::PARAMETER_CHOICE_NOT_SET:
      break;
  }
  return InvalidArgument("log setting {:?} has no value",
                         std::string_view(name).substr(0, kShownLength));
}

void Set(const LogValue& value, inference::LogSettingsResponse::SettingValue& setting) {
  if (const auto* flag = std::get_if<bool>(&value)) setting.set_bool_param(*flag);
  if (const auto* number = std::get_if<std::uint32_t>(&value)) setting.set_uint32_param(*number);
  if (const auto* text = std::get_if<std::string>(&value)) setting.set_string_param(*text);
}

}  // namespace

Result<std::string> AnswerTraceSetting(const FrontParts& parts, std::string_view framed) {
  if (parts.traces == nullptr) {
    return MakeError(ErrorCode::kUnimplemented, "this server does not trace");
  }
  SLIPWAY_TRY_ASSIGN(const auto request, ParseGrpcMessage<inference::TraceSettingRequest>(framed));
  SLIPWAY_TRY_ASSIGN(const serving::TraceChange change, ReadChange(request));
  SLIPWAY_TRY_ASSIGN(const serving::TraceSetting setting,
                     Change(parts, request.model_name(), change));
  inference::TraceSettingResponse response;
  for (const auto& [name, values] : TraceFieldsOf(setting)) {
    auto& field = (*response.mutable_settings())[std::string(name)];
    for (const std::string& value : values) field.add_value(value);
  }
  return response.SerializeAsString();
}

Result<std::string> AnswerLogSettings(std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto request, ParseGrpcMessage<inference::LogSettingsRequest>(framed));
  LogSettings settings = CurrentLogSettings();
  for (const auto& [name, setting] : request.settings()) {
    SLIPWAY_TRY_ASSIGN(const LogValue value, ValueOf(name, setting));
    SLIPWAY_TRY(SetLogField(name, value, settings));
  }
  if (request.settings_size() > 0) ChangeLogSettings(settings);
  inference::LogSettingsResponse response;
  for (const auto& [name, value] : LogFieldsOf(settings)) {
    Set(value, (*response.mutable_settings())[std::string(name)]);
  }
  return response.SerializeAsString();
}

}  // namespace slipway::api
