// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_repository_procedures.h"

#include "slipway/api/internal/grpc_messages.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/api/proto/inference.pb.h"

#include <utility>

namespace slipway::api {
namespace {

using inference::ModelRepositoryParameter;
using serving::VersionState;

/// What stands in front of the path in the name of a parameter that is a file.
constexpr std::string_view kFile = "file:";

std::string_view StateName(VersionState state) {
  switch (state) {
    case VersionState::kLoading:
      return "LOADING";
    case VersionState::kReady:
      return "READY";
    case VersionState::kUnloading:
      return "UNLOADING";
    case VersionState::kUnavailable:
      return "UNAVAILABLE";
  }
  return "";
}

void Set(const serving::DurationSum& sum, inference::StatisticDuration& duration) {
  duration.set_count(sum.count);
  duration.set_ns(static_cast<std::uint64_t>(sum.total.count()));
}

void Set(const serving::VersionStatistics& version, inference::InferStatistics& statistics) {
  Set(version.success, *statistics.mutable_success());
  Set(version.fail, *statistics.mutable_fail());
  Set(version.queue, *statistics.mutable_queue());
  Set(version.compute_input, *statistics.mutable_compute_input());
  Set(version.compute_infer, *statistics.mutable_compute_infer());
  Set(version.compute_output, *statistics.mutable_compute_output());
  // There is no cache: nothing is found in it, and nothing is looked for.
  statistics.mutable_cache_hit();
  statistics.mutable_cache_miss();
}

void Set(const serving::BatchStatistics& batch, inference::InferBatchStatistics& statistics) {
  statistics.set_batch_size(batch.rows);
  Set(batch.compute_input, *statistics.mutable_compute_input());
  Set(batch.compute_infer, *statistics.mutable_compute_infer());
  Set(batch.compute_output, *statistics.mutable_compute_output());
}

void Set(const serving::VersionStatistics& version, inference::ModelStatistics& statistics) {
  statistics.set_name(version.model.text());
  statistics.set_version(ToString(version.version));
  statistics.set_last_inference(static_cast<std::uint64_t>(version.last_inference.count()));
  statistics.set_inference_count(version.inference_count);
  statistics.set_execution_count(version.execution_count);
  Set(version, *statistics.mutable_inference_stats());
  for (const serving::BatchStatistics& batch : version.batches) {
    Set(batch, *statistics.add_batch_stats());
  }
}

Status TakeLoadParameter(const std::string& name, const ModelRepositoryParameter& parameter,
                         serving::LoadRequest& request) {
  const std::string_view shown = std::string_view(name).substr(0, kShownLength);
  if (name == "config") {
    if (!parameter.has_string_param()) return InvalidArgument("parameter {:?} is no string", shown);
    request.config_json = parameter.string_param();
  } else if (name.starts_with(kFile)) {
    if (!parameter.has_bytes_param()) return InvalidArgument("parameter {:?} is no bytes", shown);
    request.files.insert_or_assign(name.substr(kFile.size()), parameter.bytes_param());
  } else {
    return InvalidArgument("parameter {:?} is unknown: \"config\" and \"file:<path>\" are known",
                           shown);
  }
  return {};
}

}  // namespace

Result<std::string> AnswerModelConfig(const serving::ModelAdministration& administration,
                                      std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto request, ParseGrpcMessage<inference::ModelConfigRequest>(framed));
  SLIPWAY_TRY_ASSIGN(const ModelName model, ModelName::Parse(request.name()));
  SLIPWAY_TRY_ASSIGN(const std::optional<VersionId> version, VersionInMessage(request.version()));
  SLIPWAY_TRY_ASSIGN(const serving::ConfigText config, administration.Config(model, version));
  inference::ModelConfigResponse response;
  response.set_config(config.protobuf);
  return response.SerializeAsString();
}

Result<std::string> AnswerModelStatistics(const serving::ModelAdministration& administration,
                                          std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto request,
                     ParseGrpcMessage<inference::ModelStatisticsRequest>(framed));
  std::optional<ModelName> model;
  if (!request.name().empty()) {
    SLIPWAY_TRY_ASSIGN(model, ModelName::Parse(request.name()));
  } else if (!request.version().empty()) {
    return InvalidArgument("version {:?} is of no model: the name is empty",
                           std::string_view(request.version()).substr(0, kShownLength));
  }
  SLIPWAY_TRY_ASSIGN(const std::optional<VersionId> version, VersionInMessage(request.version()));
  SLIPWAY_TRY_ASSIGN(const std::vector<serving::VersionStatistics> all,
                     administration.Statistics(model, version));
  inference::ModelStatisticsResponse response;
  for (const serving::VersionStatistics& each : all) Set(each, *response.add_model_stats());
  return response.SerializeAsString();
}

Result<std::string> AnswerRepositoryIndex(const serving::ModelAdministration& administration,
                                          std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto request,
                     ParseGrpcMessage<inference::RepositoryIndexRequest>(framed));
  inference::RepositoryIndexResponse response;
  for (const serving::IndexEntry& entry : administration.Index(request.ready())) {
    auto& model = *response.add_models();
    model.set_name(entry.model.text());
    if (entry.version) model.set_version(ToString(*entry.version));
    if (entry.state) model.set_state(std::string(StateName(*entry.state)));
    model.set_reason(entry.reason);
  }
  return response.SerializeAsString();
}

Result<serving::LoadRequest> ReadLoadRequest(std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto message,
                     ParseGrpcMessage<inference::RepositoryModelLoadRequest>(framed));
  SLIPWAY_TRY_ASSIGN(ModelName model, ModelName::Parse(message.model_name()));
  serving::LoadRequest request{.model = std::move(model)};
  for (const auto& [name, parameter] : message.parameters()) {
    SLIPWAY_TRY(TakeLoadParameter(name, parameter, request));
  }
  if (request.files.empty() || request.config_json) return request;
  return InvalidArgument("parameter \"{}{}\" needs the parameter \"config\" beside it", kFile,
                         std::string_view(request.files.begin()->first).substr(0, kShownLength));
}

Result<ModelName> ReadUnloadRequest(std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto message,
                     ParseGrpcMessage<inference::RepositoryModelUnloadRequest>(framed));
  for (const auto& [name, parameter] : message.parameters()) {
    // Nothing is loaded along with a model, so that there is nothing to choose.
    if (name != "unload_dependents" || !parameter.has_bool_param()) {
      return InvalidArgument("parameter {:?} is unknown or of the wrong type",
                             std::string_view(name).substr(0, kShownLength));
    }
  }
  return ModelName::Parse(message.model_name());
}

}  // namespace slipway::api
