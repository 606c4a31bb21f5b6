// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_handler.h"

#include "slipway/api/internal/content_coding.h"
#include "slipway/api/internal/cors_policy.h"
#include "slipway/api/internal/model_target.h"
#include "slipway/api/internal/openapi.h"
#include "slipway/api/internal/rest_response.h"
#include "slipway/api/internal/server_description.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/base/json_writer.h"
#include "slipway/metrics/exposition.h"
#include "slipway/runtime/session.h"

#include <span>
#include <string_view>
#include <utility>

namespace slipway::api {
namespace {

HttpResponse NoRouteResponse(const NoRoute& none, const HttpRequest& request) {
  const std::string_view path = PathOf(request.target);
  if (MatchGrpc(path, kDataPlane)) {
    return FailureResponse(415, "gRPC wants the content-type application/grpc");
  }
  if (none.allowed_methods.empty()) {
    return FailureResponse(404,
                           fmt::format("there is nothing at {:?}", path.substr(0, kShownLength)));
  }
  HttpResponse response =
      FailureResponse(405, fmt::format("method {:?} is not allowed here, but {}",
                                       std::string_view(request.method).substr(0, kShownLength),
                                       none.allowed_methods));
  response.headers.Add("allow", none.allowed_methods);
  return response;
}

/// The answer to a browser that asks what it may send.
HttpResponse Preflight(const HttpRequest& request, const CorsPolicy& cors) {
  if (cors.Allow(request.headers.Find("origin").value_or(""))) return PreflightResponse(request);
  return FailureResponse(403, "pages of this origin may not call");
}

/// Replaces the body by what it was before it was compressed; the answer if that cannot be done.
std::optional<HttpResponse> Unpack(HttpRequest& request, std::uint64_t max_bytes) {
  const std::optional<std::string_view> encoding = request.headers.Find("content-encoding");
  if (!encoding) return std::nullopt;
  const Result<ContentCoding> coding = ParseContentCoding(*encoding);
  if (!coding) {
    HttpResponse response = FailureResponse(415, coding.error().message());
    response.headers.Add("accept-encoding", kAcceptedCodings);
    return response;
  }
  if (*coding == ContentCoding::kIdentity) return std::nullopt;
  Result<std::string> body = Decompress(request.body, *coding, max_bytes);
  if (!body) {
    const bool is_long = body.error().code() == ErrorCode::kResourceExhausted;
    return FailureResponse(is_long ? 413 : 400, body.error().message());
  }
  request.body = *std::move(body);
  return std::nullopt;
}

void WriteTensors(JsonWriter& json, std::string_view key,
                  std::span<const runtime::TensorSpec> tensors) {
  json.Key(key).BeginArray();
  for (const runtime::TensorSpec& tensor : tensors) {
    json.BeginObject().Key("name").String(tensor.name);
    json.Key("datatype").String(WireName(tensor.dtype)).Key("shape").BeginArray();
    for (const std::int64_t size : tensor.shape) json.Number(size);
    json.EndArray().EndObject();
  }
  json.EndArray();
}

/// As Triton answers; clients look at the status alone.
HttpResponse ServerState(bool fine) { return EmptyResponse(fine ? 200 : 400); }

HttpResponse ServerMetadata(const FrontParts& parts) {
  JsonWriter json;
  json.BeginObject().Key("name").String(kServerName).Key("version").String(ServerVersion());
  json.Key("extensions").BeginArray();
  for (const std::string_view extension : ExtensionsOf(parts)) json.String(extension);
  json.EndArray().EndObject();
  return JsonResponse(200, json.Take());
}

}  // namespace

void RestHandler::Handle(HttpRequest request, Exchange exchange) const {
  exchange.SetExtras(ReadResponseExtras(request.headers, parts_.settings.cors));
  RequestPath path;
  if (const Status parsed = path.Parse(request.target); !parsed) {
    return exchange.Answer(FailureResponse(parsed.error()));
  }
  const std::variant<RouteMatch, NoRoute> found = MatchRest(request.method, path, offered_);
  if (const auto* none = std::get_if<NoRoute>(&found)) {
    const CorsPolicy& cors = parts_.settings.cors;
    const bool is_preflight =
        !none->allowed_methods.empty() && !cors.allowed_origins.empty() && IsPreflight(request);
    return exchange.Answer(is_preflight ? Preflight(request, cors)
                                        : NoRouteResponse(*none, request));
  }
  const RouteMatch& match = std::get<RouteMatch>(found);
  exchange.SetRoute(*match.route);
  const Status access =
      parts_.settings.rest_access.Check(match.route->permission.get(), request.headers);
  if (!access) return exchange.Answer(FailureResponse(access.error()));
  if (std::optional<HttpResponse> refusal = Unpack(request, parts_.settings.max_body_bytes)) {
    return exchange.Answer(*std::move(refusal));
  }
  Dispatch(std::move(request), match, std::move(exchange));
}

void RestHandler::Dispatch(HttpRequest request, const RouteMatch& match, Exchange exchange) const {
  switch (match.route->operation) {
    case Operation::kModelInfer:
      return infer_.Infer(std::move(request), match, std::move(exchange));
    case Operation::kModelLoad:
      return repository_.Load(request, match, std::move(exchange));
    case Operation::kModelUnload:
      return repository_.Unload(request, match, std::move(exchange));
    case Operation::kV1Predict:
      return v1_.Predict(request, match, std::move(exchange));
    default: {
      Result<HttpResponse> response = Call(request, match);
      exchange.Answer(response ? *std::move(response) : FailureResponse(response.error()));
    }
  }
}

Result<HttpResponse> RestHandler::Call(const HttpRequest& request, const RouteMatch& match) const {
  switch (match.route->operation) {
    case Operation::kServerLive:
      return ServerState(parts_.service.IsLive());
    case Operation::kServerReady:
      return ServerState(parts_.service.IsReady());
    case Operation::kServerMetadata:
      return ServerMetadata(parts_);
    case Operation::kModelReady:
      return ModelReady(match);
    case Operation::kModelMetadata:
      return ModelMetadata(match);
    case Operation::kModelConfig:
      return repository_.Config(match);
    case Operation::kModelStatistics:
      return repository_.Statistics(match);
    case Operation::kRepositoryIndex:
      return repository_.Index(request);
    case Operation::kTraceSetting:
      return settings_.Trace(request, match);
    case Operation::kLogSettings:
      return settings_.Log(request);
    case Operation::kSystemSharedMemoryStatus:
      return shared_memory_.List(match);
    case Operation::kSystemSharedMemoryRegister:
      return shared_memory_.Register(request, match);
    case Operation::kSystemSharedMemoryUnregister:
      return shared_memory_.Unregister(match);
    case Operation::kCudaSharedMemoryStatus:
    case Operation::kCudaSharedMemoryRegister:
    case Operation::kCudaSharedMemoryUnregister:
      return MakeError(ErrorCode::kUnimplemented,
                       "there is no CUDA shared memory: models run on the CPU");
    case Operation::kV1ListModels:
      return v1_.ListModels();
    case Operation::kV1ModelStatus:
      return v1_.ModelStatus(match);
    case Operation::kV1ModelMetadata:
      return v1_.ModelMetadata(match);
    case Operation::kV1NotSupported:
      return V1Handler::NotSupported(match);
    case Operation::kOpenApi:
      return JsonResponse(200, OpenApiDocument());
    case Operation::kMetrics:
      return Metrics(request);
    default:
      return InternalError("a route has no REST handler");
  }
}

HttpResponse RestHandler::Metrics(const HttpRequest& request) const {
  metrics::Exposition shown =
      metrics::Expose(parts_.registry,
                      metrics::ChooseExpositionFormat(request.headers.Find("accept").value_or("")));
  HttpResponse response;
  response.headers.Add("content-type", shown.content_type);
  response.headers.Add("vary", "accept");
  response.body.emplace_back(std::move(shown.body));
  return response;
}

Result<HttpResponse> RestHandler::ModelReady(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY_ASSIGN(const bool ready, parts_.service.IsModelReady(target.model, target.version));
  return ServerState(ready);
}

Result<HttpResponse> RestHandler::ModelMetadata(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata metadata,
                     parts_.service.Metadata(target.model, target.version));
  JsonWriter json;
  json.BeginObject().Key("name").String(metadata.name.text()).Key("versions").BeginArray();
  for (const VersionId version : metadata.versions) json.String(ToString(version));
  json.EndArray().Key("platform").String(metadata.platform);
  WriteTensors(json, "inputs", metadata.inputs);
  WriteTensors(json, "outputs", metadata.outputs);
  json.EndObject();
  return JsonResponse(200, json.Take());
}

}  // namespace slipway::api
