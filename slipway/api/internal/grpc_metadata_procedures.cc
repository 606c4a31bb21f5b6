// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_metadata_procedures.h"

#include "slipway/api/internal/grpc_health.h"
#include "slipway/api/internal/grpc_messages.h"
#include "slipway/api/internal/server_description.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/runtime/session.h"

namespace slipway::api {
namespace {

void Describe(const runtime::TensorSpec& spec,
              inference::ModelMetadataResponse::TensorMetadata& tensor) {
  tensor.set_name(spec.name);
  tensor.set_datatype(std::string(WireName(spec.dtype)));
  tensor.mutable_shape()->Assign(spec.shape.begin(), spec.shape.end());
}

template <typename Response>
std::string State(void (Response::*set)(bool), bool value) {
  Response response;
  (response.*set)(value);
  return response.SerializeAsString();
}

}  // namespace

std::string AnswerServerLive(const serving::InferenceService& service) {
  return State(&inference::ServerLiveResponse::set_live, service.IsLive());
}

std::string AnswerServerReady(const serving::InferenceService& service) {
  return State(&inference::ServerReadyResponse::set_ready, service.IsReady());
}

std::string AnswerServerMetadata(const FrontParts& parts) {
  inference::ServerMetadataResponse response;
  response.set_name(std::string(kServerName));
  response.set_version(std::string(ServerVersion()));
  for (const std::string_view extension : ExtensionsOf(parts)) {
    response.add_extensions(std::string(extension));
  }
  return response.SerializeAsString();
}

Result<std::string> AnswerModelReady(const serving::InferenceService& service,
                                     std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto request, ParseGrpcMessage<inference::ModelReadyRequest>(framed));
  SLIPWAY_TRY_ASSIGN(const ModelName model, ModelName::Parse(request.name()));
  SLIPWAY_TRY_ASSIGN(const std::optional<VersionId> version, VersionInMessage(request.version()));
  SLIPWAY_TRY_ASSIGN(const bool ready, service.IsModelReady(model, version));
  return State(&inference::ModelReadyResponse::set_ready, ready);
}

Result<std::string> AnswerModelMetadata(const serving::InferenceService& service,
                                        std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto request, ParseGrpcMessage<inference::ModelMetadataRequest>(framed));
  SLIPWAY_TRY_ASSIGN(const ModelName model, ModelName::Parse(request.name()));
  SLIPWAY_TRY_ASSIGN(const std::optional<VersionId> version, VersionInMessage(request.version()));
  SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata metadata, service.Metadata(model, version));
  inference::ModelMetadataResponse response;
  response.set_name(metadata.name.text());
  response.set_platform(metadata.platform);
  for (const VersionId ready : metadata.versions) response.add_versions(ToString(ready));
  for (const runtime::TensorSpec& spec : metadata.inputs) Describe(spec, *response.add_inputs());
  for (const runtime::TensorSpec& spec : metadata.outputs) Describe(spec, *response.add_outputs());
  return response.SerializeAsString();
}

Result<std::string> AnswerHealthCheck(const serving::InferenceService& service,
                                      std::string_view framed) {
  SLIPWAY_TRY_ASSIGN(const auto request,
                     ParseGrpcMessage<grpc::health::v1::HealthCheckRequest>(framed));
  SLIPWAY_TRY_ASSIGN(const auto status, HealthOf(service, request.service()));
  grpc::health::v1::HealthCheckResponse response;
  response.set_status(status);
  return response.SerializeAsString();
}

}  // namespace slipway::api
