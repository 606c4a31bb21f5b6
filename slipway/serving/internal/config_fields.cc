// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/config_fields.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace slipway::serving {
namespace {

/// Each sample runs that often on each instance before a version serves.
constexpr std::uint32_t kMaxWarmupCount = 100'000;
constexpr int kMaxWarmups = 256;
constexpr std::size_t kMaxTags = 32;

bool IsLabelName(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto may_follow = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, may_follow) &&
         !name.starts_with("__");
}

bool IsFileName(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos && !name.starts_with('.');
}

Result<WarmupInput> ReadWarmupInput(const std::string& name,
                                    const config::ModelWarmup::Input& message) {
  WarmupInput input{.name = name, .dtype = {}, .dims = {}, .data = ZeroData{}};
  const std::optional<DataType> dtype = DataTypeOfConfig(message.data_type());
  if (!dtype) return InvalidArgument("input {:?} has no data_type", name);
  input.dtype = *dtype;
  input.dims.assign(message.dims().begin(), message.dims().end());
  for (const std::int64_t size : input.dims) {
    if (size < 0) {
      return InvalidArgument("input {:?}: a size in dims is {}: want at least 0", name, size);
    }
  }
  if (message.random_data()) input.data = RandomData{};
  if (message.has_input_data_file()) {
    if (!IsFileName(message.input_data_file())) {
      return InvalidArgument("input {:?}: input_data_file {:?} is not the name of a file in warmup",
                             name, message.input_data_file());
    }
    input.data = FileData{message.input_data_file()};
  }
  return input;
}

Result<WarmupConfig> ReadWarmup(const config::ModelWarmup& message) {
  WarmupConfig warmup{.name = message.name(),
                      .batch_size = message.batch_size(),
                      .count = std::max<std::uint32_t>(message.count(), 1),
                      .inputs = {}};
  if (message.count() > kMaxWarmupCount) {
    return InvalidArgument("count is {}: at most {} are allowed", message.count(), kMaxWarmupCount);
  }
  for (const auto& [name, value] : message.inputs()) {
    SLIPWAY_TRY_ASSIGN(WarmupInput input, ReadWarmupInput(name, value));
    warmup.inputs.push_back(std::move(input));
  }
  std::ranges::sort(warmup.inputs, {}, &WarmupInput::name);
  return warmup;
}

}  // namespace

std::optional<DataType> DataTypeOfConfig(config::DataType type) {
  // The wire's names are those of the configuration, but for byte strings.
  if (type == config::TYPE_STRING) return DataType::kBytes;
  const std::string& name = config::DataType_Name(type);
  constexpr std::string_view kPrefix = "TYPE_";
  if (name.size() <= kPrefix.size()) return std::nullopt;
  return DataTypeFromWireName(std::string_view(name).substr(kPrefix.size()));
}

config::DataType ConfigDataType(DataType type) {
  if (type == DataType::kBytes) return config::TYPE_STRING;
  config::DataType named = config::TYPE_INVALID;
  if (!config::DataType_Parse(fmt::format("TYPE_{}", WireName(type)), &named)) {
    return config::TYPE_INVALID;
  }
  return named;
}

Result<metrics::Labels> ReadMetricTags(const config::ModelConfig& message) {
  constexpr std::array<std::string_view, 5> kOurs = {"model", "version", "reason", "le",
                                                     "quantile"};
  if (message.metric_tags().size() > kMaxTags) {
    return InvalidArgument("there are {} metric_tags: at most {} are allowed",
                           message.metric_tags().size(), kMaxTags);
  }
  metrics::Labels tags;
  for (const auto& [name, value] : message.metric_tags()) {
    if (!IsLabelName(name) || std::ranges::find(kOurs, name) != kOurs.end()) {
      return InvalidArgument(
          "metric_tags: {:?} is not a name for a label: want letters, digits and '_', not "
          "beginning "
          "with a digit or \"__\", and none of {}",
          name, fmt::join(kOurs, ", "));
    }
    tags.emplace_back(name, value);
  }
  std::ranges::sort(tags);
  return tags;
}

Result<std::vector<WarmupConfig>> ReadWarmups(const config::ModelConfig& message,
                                              std::vector<std::string>& warnings) {
  if (message.model_warmup_size() > kMaxWarmups) {
    return InvalidArgument("there are {} model_warmup samples: at most {} are allowed",
                           message.model_warmup_size(), kMaxWarmups);
  }
  std::vector<WarmupConfig> warmups;
  for (const config::ModelWarmup& sample : message.model_warmup()) {
    if (sample.batch_size() == 0) {
      warnings.push_back(
          fmt::format("model_warmup {:?} has batch_size 0 and is left out", sample.name()));
      continue;
    }
    Result<WarmupConfig> warmup = ReadWarmup(sample);
    if (!warmup) return Annotate(warmup.error(), "model_warmup {:?}", sample.name());
    warmups.push_back(*std::move(warmup));
  }
  return warmups;
}

}  // namespace slipway::serving
