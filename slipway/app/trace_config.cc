// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/trace_config.h"

#include "slipway/app/key_value.h"

#include <charconv>

namespace slipway::app {
namespace {

constexpr std::string_view kOption = "--trace-config";

template <typename Number>
Status ParseNumber(const KeyValue& setting, Number least, Number& number) {
  const char* const last = setting.value.data() + setting.value.size();
  const auto [end, error] = std::from_chars(setting.value.data(), last, number);
  if (error == std::errc() && end == last && number >= least) return {};
  return InvalidArgument("{} {}={:?}: want a number from {} up", kOption, setting.key,
                         setting.value, least);
}

Status AddLevel(const KeyValue& setting, serving::TraceSetting& parsed) {
  if (setting.value == "TIMESTAMPS") {
    parsed.timestamps = true;
  } else if (setting.value == "TENSORS") {
    parsed.tensors = true;
  } else if (setting.value == "OFF") {
    parsed.timestamps = parsed.tensors = false;
  } else {
    return InvalidArgument("{} level={:?}: want OFF, TIMESTAMPS or TENSORS", kOption,
                           setting.value);
  }
  return {};
}

Status Apply(const KeyValue& setting, serving::TraceSetting& parsed) {
  if (setting.key == "level") return AddLevel(setting, parsed);
  if (setting.key == "rate") return ParseNumber<std::uint64_t>(setting, 1, parsed.rate);
  if (setting.key == "count") return ParseNumber<std::int64_t>(setting, -1, parsed.count);
  if (setting.key == "log-frequency") {
    return ParseNumber<std::uint64_t>(setting, 0, parsed.log_frequency);
  }
  if (setting.key == "file") {
    parsed.file = setting.value;
    return {};
  }
  if (setting.key == "mode") {
    if (setting.value == "triton") return {};
    return InvalidArgument("{} mode={:?}: only triton is supported", kOption, setting.value);
  }
  return InvalidArgument(
      "{} has no setting {:?}, but level, rate, count, file, log-frequency and mode", kOption,
      setting.key);
}

}  // namespace

Result<serving::TraceSetting> ParseTraceConfig(std::span<const std::string> settings) {
  constexpr std::string_view kMode = "triton,";
  serving::TraceSetting parsed;
  for (std::string_view text : settings) {
    if (text.starts_with(kMode)) text.remove_prefix(kMode.size());
    SLIPWAY_TRY_ASSIGN(const KeyValue setting, ParseKeyValue(kOption, text));
    SLIPWAY_TRY(Apply(setting, parsed));
  }
  if (parsed.is_on() && parsed.file.empty()) {
    return InvalidArgument("{} sets a level and no file to write to", kOption);
  }
  return parsed;
}

}  // namespace slipway::app
