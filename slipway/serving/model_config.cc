// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_config.h"

#include "slipway/serving/internal/config_fields.h"
#include "slipway/serving/internal/model_config.pb.h"
#include "slipway/serving/internal/read_scheduling.h"
#include "slipway/serving/internal/read_tensors.h"
#include "slipway/serving/internal/session_config.h"
#include "slipway/serving/internal/unused_fields.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <span>
#include <utility>

namespace slipway::serving {
namespace {

/// Warnings beyond these are counted and not told.
constexpr std::size_t kMaxWarnings = 32;
/// The messages nest six deep at most.
constexpr int kMaxDepth = 16;

/// Keeps the first error of the text parser.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    // The parser counts from 0 and has -1 for the end of the text.
    if (text_.empty()) text_ = fmt::format("line {}, column {}: {}", line + 1, column + 1, message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Status CheckLength(std::string_view text) {
  if (text.size() <= kMaxConfigBytes) return {};
  return MakeError(ErrorCode::kResourceExhausted,
                   "the configuration has {} bytes: at most {} are allowed", text.size(),
                   kMaxConfigBytes);
}

Result<config::ModelConfig> ParseText(std::string_view text) {
  SLIPWAY_TRY(CheckLength(text));
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(kMaxDepth);
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  config::ModelConfig message;
  if (!parser.Parse(&stream, &message)) return InvalidArgument("{}", error.text());
  return message;
}

Result<config::ModelConfig> ParseJson(std::string_view json) {
  SLIPWAY_TRY(CheckLength(json));
  config::ModelConfig message;
  const auto status =
      google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &message);
  if (status.ok()) return message;
  // The library shows what it could not read, which may be anything.
  constexpr std::size_t kShown = 512;
  return InvalidArgument("the configuration is not a ModelConfig in JSON: {}",
                         std::string(status.message()).substr(0, kShown));
}

Result<VersionPolicy> ReadVersionPolicy(const config::ModelVersionPolicy& message) {
  if (message.has_all()) return AllVersions{};
  if (message.has_specific()) {
    SpecificVersions policy;
    for (const std::int64_t number : message.specific().versions()) {
      if (number < 1) {
        return InvalidArgument("version_policy.specific names version {}: want at least 1", number);
      }
      policy.versions.emplace_back(number);
    }
    return policy;
  }
  return LatestVersions{.count = std::max<std::size_t>(message.latest().num_versions(), 1)};
}

/// Refuses what would be served with wrong answers, or not at all.
Status CheckIsServable(const config::ModelConfig& message) {
  if (!message.platform().empty() && message.platform() != "onnxruntime_onnx") {
    return MakeError(ErrorCode::kUnimplemented, "platform {:?}: want \"onnxruntime_onnx\"",
                     message.platform());
  }
  if (!message.backend().empty() && message.backend() != "onnxruntime") {
    return MakeError(ErrorCode::kUnimplemented, "backend {:?}: want \"onnxruntime\"",
                     message.backend());
  }
  if (message.has_sequence_batching()) {
    return MakeError(ErrorCode::kUnimplemented, "sequence_batching is not supported");
  }
  if (message.has_ensemble_scheduling()) {
    return MakeError(ErrorCode::kUnimplemented, "ensemble_scheduling is not supported");
  }
  return {};
}

Status CheckModelFilename(const std::string& name) {
  const bool is_component = name.find('/') == std::string::npos &&
                            name.find('\0') == std::string::npos && !name.starts_with('.');
  if (is_component) return {};
  return InvalidArgument(
      "default_model_filename {:?} is not the name of a file beside config.pbtxt", name);
}

void WarnOfUnusedFields(const config::ModelConfig& message, std::vector<std::string>& warnings) {
  const std::vector<std::string> fields = UnusedFields(message);
  const std::size_t told = std::min(fields.size(), kMaxWarnings);
  for (const std::string& field : std::span(fields).first(told)) {
    warnings.push_back(fmt::format("{} has no effect", field));
  }
  if (told == fields.size()) return;
  warnings.push_back(fmt::format("{} more fields have no effect", fields.size() - told));
}

Result<ModelConfig> ReadModelConfig(const config::ModelConfig& message) {
  SLIPWAY_TRY(CheckIsServable(message));
  ModelConfig config;
  config.name = message.name();
  config.max_batch_size = message.max_batch_size();
  if (config.max_batch_size < 0) {
    return InvalidArgument("max_batch_size is {}: want at least 0", config.max_batch_size);
  }
  if (!message.default_model_filename().empty()) {
    config.model_filename = message.default_model_filename();
  }
  SLIPWAY_TRY(CheckModelFilename(config.model_filename));
  SLIPWAY_TRY(ReadTensors(message, config));
  SLIPWAY_TRY_ASSIGN(config.version_policy, ReadVersionPolicy(message.version_policy()));
  SLIPWAY_TRY(ReadScheduling(message, config));
  for (const auto& [key, value] : message.parameters()) {
    config.parameters.emplace(key, value.string_value());
  }
  SLIPWAY_TRY_ASSIGN(config.session, ReadSessionOptions(message));
  SLIPWAY_TRY_ASSIGN(config.metric_tags, ReadMetricTags(message));
  SLIPWAY_TRY_ASSIGN(config.warmups, ReadWarmups(message, config.warnings));
  for (const config::ModelOutput& output : message.output()) {
    if (!output.label_filename().empty()) {
      config.label_files.emplace(output.name(), output.label_filename());
    }
  }
  config.message = message.SerializeAsString();
  WarnOfUnusedFields(message, config.warnings);
  return config;
}

}  // namespace

Result<ModelConfig> ParseModelConfig(std::string_view text) {
  SLIPWAY_TRY_ASSIGN(const config::ModelConfig message, ParseText(text));
  return ReadModelConfig(message);
}

Result<ModelConfig> ParseModelConfigJson(std::string_view json) {
  SLIPWAY_TRY_ASSIGN(const config::ModelConfig message, ParseJson(json));
  return ReadModelConfig(message);
}

}  // namespace slipway::serving
