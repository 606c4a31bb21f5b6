// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/trace_setting_text.h"

#include "slipway/api/internal/shown_length.h"

#include <charconv>
#include <cstdint>
#include <limits>

namespace slipway::api {
namespace {

using Values = std::vector<std::string>;
Values LevelNames(const serving::TraceSetting& setting) {
  Values names;
  if (setting.timestamps) names.emplace_back("TIMESTAMPS");
  if (setting.tensors) names.emplace_back("TENSORS");
  if (names.empty()) names.emplace_back("OFF");
  return names;
}

Result<serving::TraceLevels> ParseLevels(const Values& values) {
  serving::TraceLevels levels;
  bool off = values.empty();
  for (const std::string& value : values) {
    if (value == "TIMESTAMPS") {
      levels.timestamps = true;
    } else if (value == "TENSORS") {
      levels.tensors = true;
    } else if (value == "OFF") {
      off = true;
    } else {
      return InvalidArgument("{:?} is none of OFF, TIMESTAMPS and TENSORS",
                             std::string_view(value).substr(0, kShownLength));
    }
  }
  if (off && (levels.timestamps || levels.tensors)) {
    return InvalidArgument("OFF stands beside other levels");
  }
  return levels;
}

template <typename T>
Result<T> ParseWhole(const Values& values, T least) {
  if (values.size() != 1) return InvalidArgument("{} values are given, 1 is wanted", values.size());
  const std::string& text = values.front();
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least) {
    return InvalidArgument("{:?} is no whole number from {} to {}",
                           std::string_view(text).substr(0, kShownLength), least,
                           std::numeric_limits<T>::max());
  }
  return number;
}

template <typename T, typename Parse>
Status Set(serving::TraceFieldChange<T>& field, const std::optional<Values>& values, Parse parse) {
  field.named = true;
  if (!values) return {};
  SLIPWAY_TRY_ASSIGN(field.value, parse(*values));
  return {};
}

Status AddField(std::string_view name, const std::optional<Values>& values,
                serving::TraceChange& change) {
  if (name == "trace_level") return Set(change.levels, values, ParseLevels);
  if (name == "trace_rate") {
    return Set(change.rate, values,
               [](const Values& v) { return ParseWhole<std::uint64_t>(v, 1); });
  }
  if (name == "trace_count") {
    return Set(change.count, values,
               [](const Values& v) { return ParseWhole<std::int64_t>(v, -1); });
  }
  if (name == "log_frequency") {
    return Set(change.log_frequency, values,
               [](const Values& v) { return ParseWhole<std::uint64_t>(v, 0); });
  }
  if (name != "trace_file") return InvalidArgument("there is no such setting");
  if (values) {
    return MakeError(ErrorCode::kUnimplemented,
                     "where traces go is for the server's command line to say");
  }
  change.file.named = true;
  return {};
}

}  // namespace

std::vector<TraceField> TraceFieldsOf(const serving::TraceSetting& setting) {
  return {{"trace_file", {setting.file}},
          {"trace_level", LevelNames(setting)},
          {"trace_rate", {std::to_string(setting.rate)}},
          {"trace_count", {std::to_string(setting.count)}},
          {"log_frequency", {std::to_string(setting.log_frequency)}}};
}

Status AddTraceField(std::string_view name, const std::optional<Values>& values,
                     serving::TraceChange& change) {
  const Status added = AddField(name, values, change);
  if (added) return {};
  return Annotate(added.error(), "trace setting {:?}", name.substr(0, kShownLength));
}

}  // namespace slipway::api
