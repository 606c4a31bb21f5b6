// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/log_setting_text.h"

#include "slipway/api/internal/shown_length.h"

namespace slipway::api {
namespace {
std::string FormatName(LogFormat format) {
  switch (format) {
    case LogFormat::kText:
      return "default";
    case LogFormat::kIso8601:
      return "ISO8601";
    case LogFormat::kJson:
      return "json";
  }
  return "default";
}

Result<LogFormat> ParseFormat(const LogValue& value) {
  const auto* const name = std::get_if<std::string>(&value);
  for (const LogFormat format : {LogFormat::kText, LogFormat::kIso8601, LogFormat::kJson}) {
    if (name != nullptr && *name == FormatName(format)) return format;
  }
  return InvalidArgument("it is none of \"default\", \"ISO8601\" and \"json\"");
}

Status Set(std::string_view name, const LogValue& value, LogSettings& settings) {
  const auto set_bool = [&value](bool& target) -> Status {
    const auto* const flag = std::get_if<bool>(&value);
    if (flag == nullptr) return InvalidArgument("it is neither true nor false");
    target = *flag;
    return {};
  };
  if (name == "log_info") return set_bool(settings.info);
  if (name == "log_warning") return set_bool(settings.warning);
  if (name == "log_error") return set_bool(settings.error);
  if (name == "log_verbose_level") {
    const auto* const level = std::get_if<std::uint32_t>(&value);
    if (level == nullptr) return InvalidArgument("it is no whole number from 0 on");
    settings.verbose_level = *level;
    return {};
  }
  if (name == "log_format") {
    SLIPWAY_TRY_ASSIGN(settings.format, ParseFormat(value));
    return {};
  }
  if (name == "log_file") {
    return MakeError(ErrorCode::kUnimplemented, "the log goes to standard error");
  }
  return InvalidArgument("there is no such setting");
}

}  // namespace

std::vector<std::pair<std::string_view, LogValue>> LogFieldsOf(const LogSettings& settings) {
  return {{"log_file", std::string()},
          {"log_info", settings.info},
          {"log_warning", settings.warning},
          {"log_error", settings.error},
          {"log_verbose_level", settings.verbose_level},
          {"log_format", FormatName(settings.format)}};
}

Status SetLogField(std::string_view name, const LogValue& value, LogSettings& settings) {
  const Status set = Set(name, value, settings);
  if (set) return {};
  return Annotate(set.error(), "log setting {:?}", name.substr(0, kShownLength));
}

}  // namespace slipway::api
