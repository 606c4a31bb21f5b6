// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_handler.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_infer_decoder.h"
#include "slipway/api/internal/grpc_infer_encoder.h"
#include "slipway/api/internal/grpc_response.h"
#include "slipway/api/internal/server_description.h"
#include "slipway/api/proto/health.pb.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/runtime/session.h"

#include <utility>

namespace slipway::api {
namespace {

/// What a message shows of a client's text.
constexpr std::size_t kShownLength = 64;

void Fail(Exchange& exchange, const Error& error) {
  const GrpcStatus status = GrpcStatusOf(error.code());
  exchange.Answer(GrpcFailure(status, error.message()), status);
}

std::vector<BodyPart> Framed(std::string_view message) {
  std::string framed(kGrpcPrefixBytes, '\0');
  framed += message;
  WriteGrpcPrefix(framed, static_cast<std::uint32_t>(message.size()));
  std::vector<BodyPart> body;
  body.emplace_back(std::move(framed));
  return body;
}

template <typename Message>
Result<Message> Parse(std::string_view bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("the message is not a valid {}", message.GetTypeName());
  }
  return message;
}

/// The version that a message names; an empty one leaves the choice to the model's policy.
Result<std::optional<VersionId>> ParseVersion(const std::string& text) {
  if (text.empty()) return std::optional<VersionId>();
  SLIPWAY_TRY_ASSIGN(const VersionId version, VersionId::Parse(text));
  return std::optional(version);
}

void Describe(const runtime::TensorSpec& spec,
              inference::ModelMetadataResponse::TensorMetadata& tensor) {
  tensor.set_name(spec.name);
  tensor.set_datatype(std::string(WireName(spec.dtype)));
  tensor.mutable_shape()->Assign(spec.shape.begin(), spec.shape.end());
}

std::string ServerMetadata(const FrontParts& parts) {
  inference::ServerMetadataResponse response;
  response.set_name(std::string(kServerName));
  response.set_version(std::string(ServerVersion()));
  for (const std::string_view extension : ExtensionsOf(parts)) {
    response.add_extensions(std::string(extension));
  }
  return response.SerializeAsString();
}

template <typename Response>
std::string State(void (Response::*set)(bool), bool value) {
  Response response;
  (response.*set)(value);
  return response.SerializeAsString();
}

/// The deadline that the request's `grpc-timeout` asks for.
Result<std::optional<SteadyTime>> DeadlineOf(const HttpRequest& request, SteadyTime begin) {
  const std::optional<std::string_view> text = request.headers.Find("grpc-timeout");
  if (!text) return std::optional<SteadyTime>();
  SLIPWAY_TRY_ASSIGN(const std::chrono::nanoseconds timeout, ParseGrpcTimeout(*text));
  // What lies beyond the end of time is no deadline.
  if (timeout >= SteadyTime::max() - begin) return std::optional<SteadyTime>();
  return std::optional(begin + timeout);
}

Status CheckHead(const HttpRequest& request, const Route* route) {
  if (route == nullptr) {
    return MakeError(ErrorCode::kUnimplemented, "method {:?} is not implemented",
                     PathOf(request.target).substr(0, kShownLength));
  }
  if (request.version != HttpVersion::kHttp2) return InvalidArgument("gRPC needs HTTP/2");
  if (request.method != "POST") {
    return InvalidArgument("gRPC needs the method POST, got {:?}",
                           std::string_view(request.method).substr(0, kShownLength));
  }
  return {};
}

}  // namespace

bool IsGrpcContentType(std::string_view content_type) {
  constexpr std::string_view kGrpc = "application/grpc";
  if (!content_type.starts_with(kGrpc)) return false;
  const std::string_view rest = content_type.substr(kGrpc.size());
  const std::string_view codec = rest.substr(0, rest.find(';'));
  return codec.empty() || codec == "+proto";
}

void GrpcHandler::Handle(HttpRequest request, Exchange exchange) const {
  const Route* route = MatchGrpc(PathOf(request.target), offered_);
  if (route != nullptr) exchange.SetRoute(*route);
  if (const Status head = CheckHead(request, route); !head) return Fail(exchange, head.error());
  if (route->operation == Operation::kModelInfer) {
    return Infer(std::move(request), std::move(exchange));
  }
  const Result<std::string_view> message = UnframeGrpcMessage(request.body);
  if (!message) return Fail(exchange, message.error());
  const Result<std::string> answer = Call(route->operation, *message);
  if (!answer) return Fail(exchange, answer.error());
  exchange.Answer(GrpcSuccess(Framed(*answer)), GrpcStatus::kOk);
}

Result<std::string> GrpcHandler::Call(Operation operation, std::string_view message) const {
  switch (operation) {
    case Operation::kServerLive:
      return State(&inference::ServerLiveResponse::set_live, service_.IsLive());
    case Operation::kServerReady:
      return State(&inference::ServerReadyResponse::set_ready, service_.IsReady());
    case Operation::kServerMetadata:
      return ServerMetadata(parts_);
    case Operation::kModelReady:
      return ModelReady(message);
    case Operation::kModelMetadata:
      return ModelMetadata(message);
    case Operation::kHealthCheck:
      return HealthCheck(message);
    default:
      return InternalError("a route has no gRPC handler");
  }
}

Result<std::string> GrpcHandler::ModelReady(std::string_view message) const {
  SLIPWAY_TRY_ASSIGN(const auto request, Parse<inference::ModelReadyRequest>(message));
  SLIPWAY_TRY_ASSIGN(const ModelName model, ModelName::Parse(request.name()));
  SLIPWAY_TRY_ASSIGN(const std::optional<VersionId> version, ParseVersion(request.version()));
  SLIPWAY_TRY_ASSIGN(const bool ready, service_.IsModelReady(model, version));
  return State(&inference::ModelReadyResponse::set_ready, ready);
}

Result<std::string> GrpcHandler::ModelMetadata(std::string_view message) const {
  SLIPWAY_TRY_ASSIGN(const auto request, Parse<inference::ModelMetadataRequest>(message));
  SLIPWAY_TRY_ASSIGN(const ModelName model, ModelName::Parse(request.name()));
  SLIPWAY_TRY_ASSIGN(const std::optional<VersionId> version, ParseVersion(request.version()));
  SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata metadata, service_.Metadata(model, version));
  inference::ModelMetadataResponse response;
  response.set_name(metadata.name.text());
  response.set_platform(metadata.platform);
  for (const VersionId ready : metadata.versions) response.add_versions(ToString(ready));
  for (const runtime::TensorSpec& spec : metadata.inputs) Describe(spec, *response.add_inputs());
  for (const runtime::TensorSpec& spec : metadata.outputs) Describe(spec, *response.add_outputs());
  return response.SerializeAsString();
}

Result<std::string> GrpcHandler::HealthCheck(std::string_view message) const {
  using grpc::health::v1::HealthCheckResponse;
  SLIPWAY_TRY_ASSIGN(const auto request, Parse<grpc::health::v1::HealthCheckRequest>(message));
  // The empty name asks for the whole server; both mean the same here.
  if (!request.service().empty() && request.service() != "inference.GRPCInferenceService") {
    return NotFound("service {:?} is unknown",
                    std::string_view(request.service()).substr(0, kShownLength));
  }
  HealthCheckResponse response;
  response.set_status(service_.IsReady() ? HealthCheckResponse::SERVING
                                         : HealthCheckResponse::NOT_SERVING);
  return response.SerializeAsString();
}

void GrpcHandler::Infer(HttpRequest request, Exchange exchange) const {
  const Result<std::optional<SteadyTime>> deadline = DeadlineOf(request, exchange.begin());
  if (!deadline) return Fail(exchange, deadline.error());
  Result<serving::InferRequest> infer = DecodeGrpcInfer(std::move(request.body), *deadline);
  if (!infer) return Fail(exchange, infer.error());
  service_.Infer(*std::move(infer), [exchange = std::move(exchange)](
                                        const Result<serving::InferResponse>& answer) mutable {
    if (!answer) return Fail(exchange, answer.error());
    Result<std::vector<BodyPart>> encoded = EncodeGrpcInfer(*answer);
    if (!encoded) return Fail(exchange, encoded.error());
    exchange.Answer(GrpcSuccess(*std::move(encoded)), GrpcStatus::kOk);
  });
}

}  // namespace slipway::api
