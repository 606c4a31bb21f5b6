// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_handler.h"

#include "slipway/api/internal/rest_infer_decoder.h"
#include "slipway/api/internal/rest_infer_encoder.h"
#include "slipway/api/internal/rest_response.h"
#include "slipway/api/internal/server_description.h"
#include "slipway/base/json_writer.h"
#include "slipway/metrics/exposition.h"
#include "slipway/runtime/session.h"

#include <span>
#include <string_view>
#include <utility>

namespace slipway::api {
namespace {

HttpResponse NoRouteResponse(const NoRoute& none, const HttpRequest& request) {
  constexpr std::size_t kShownLength = 64;
  const std::string_view path = PathOf(request.target);
  if (MatchGrpc(path, {Permission::kHealth, Permission::kMetadata, Permission::kInference})) {
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

/// Refuses bodies in an encoding that is not read here.
std::optional<HttpResponse> CheckEncoding(const HttpRequest& request) {
  const std::optional<std::string_view> encoding = request.headers.Find("content-encoding");
  if (!encoding || encoding->empty() || *encoding == "identity") return std::nullopt;
  HttpResponse response =
      FailureResponse(501, "the body's content-encoding is not supported: send it as it is");
  response.headers.Add("accept-encoding", "identity");
  return response;
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

}  // namespace

void RestHandler::Handle(HttpRequest request, Exchange exchange) const {
  RequestPath path;
  if (const Status parsed = path.Parse(request.target); !parsed) {
    return exchange.Answer(FailureResponse(parsed.error()));
  }
  const std::variant<RouteMatch, NoRoute> found = MatchRest(request.method, path, offered_);
  if (const auto* none = std::get_if<NoRoute>(&found)) {
    return exchange.Answer(NoRouteResponse(*none, request));
  }
  const RouteMatch& match = std::get<RouteMatch>(found);
  exchange.SetRoute(*match.route);
  switch (match.route->operation) {
    case Operation::kServerLive:
      return exchange.Answer(ServerState(service_.IsLive()));
    case Operation::kServerReady:
      return exchange.Answer(ServerState(service_.IsReady()));
    case Operation::kServerMetadata:
      return exchange.Answer(ServerMetadata());
    case Operation::kMetrics:
      return exchange.Answer(Metrics(request));
    default:
      return HandleModel(std::move(request), match, std::move(exchange));
  }
}

Result<RestHandler::Target> RestHandler::ParseTarget(const RouteMatch& match) {
  SLIPWAY_TRY_ASSIGN(ModelName model, ModelName::Parse(match.model));
  std::optional<VersionId> version;
  if (match.version) {
    SLIPWAY_TRY_ASSIGN(version, VersionId::Parse(*match.version));
  }
  return Target{std::move(model), version};
}

void RestHandler::HandleModel(HttpRequest request, const RouteMatch& match,
                              Exchange exchange) const {
  Result<Target> target = ParseTarget(match);
  if (!target) return exchange.Answer(FailureResponse(target.error()));
  switch (match.route->operation) {
    case Operation::kModelReady:
      return exchange.Answer(ModelReady(*target));
    case Operation::kModelMetadata:
      return exchange.Answer(ModelMetadata(*target));
    case Operation::kModelInfer:
      return Infer(std::move(request), *std::move(target), std::move(exchange));
    default:
      return exchange.Answer(FailureResponse(InternalError("a route has no REST handler")));
  }
}

HttpResponse RestHandler::ServerState(bool fine) const {
  // As Triton answers; clients look at the status alone.
  return EmptyResponse(fine ? 200 : 400);
}

HttpResponse RestHandler::ServerMetadata() const {
  JsonWriter json;
  json.BeginObject().Key("name").String(kServerName).Key("version").String(ServerVersion());
  json.Key("extensions").BeginArray();
  for (const std::string_view extension : kExtensions) json.String(extension);
  json.EndArray().EndObject();
  return JsonResponse(200, json.Take());
}

HttpResponse RestHandler::Metrics(const HttpRequest& request) const {
  metrics::Exposition shown = metrics::Expose(
      registry_, metrics::ChooseExpositionFormat(request.headers.Find("accept").value_or("")));
  HttpResponse response;
  response.headers.Add("content-type", shown.content_type);
  response.headers.Add("vary", "accept");
  response.body.emplace_back(std::move(shown.body));
  return response;
}

HttpResponse RestHandler::ModelReady(const Target& target) const {
  const Result<bool> ready = service_.IsModelReady(target.model, target.version);
  return ready ? ServerState(*ready) : FailureResponse(ready.error());
}

HttpResponse RestHandler::ModelMetadata(const Target& target) const {
  const Result<serving::ModelMetadata> metadata = service_.Metadata(target.model, target.version);
  if (!metadata) return FailureResponse(metadata.error());
  JsonWriter json;
  json.BeginObject().Key("name").String(metadata->name.text()).Key("versions").BeginArray();
  for (const VersionId version : metadata->versions) json.String(ToString(version));
  json.EndArray().Key("platform").String(metadata->platform);
  WriteTensors(json, "inputs", metadata->inputs);
  WriteTensors(json, "outputs", metadata->outputs);
  json.EndObject();
  return JsonResponse(200, json.Take());
}

void RestHandler::Infer(HttpRequest request, Target target, Exchange exchange) const {
  if (std::optional<HttpResponse> refusal = CheckEncoding(request)) {
    return exchange.Answer(*std::move(refusal));
  }
  Result<RestInferRequest> infer =
      DecodeRestInfer({.model = std::move(target.model),
                       .version = target.version,
                       .json_length = request.headers.Find("inference-header-content-length"),
                       .body = std::move(request.body)});
  if (!infer) return exchange.Answer(FailureResponse(infer.error()));
  service_.Infer(
      std::move(infer->request),
      [exchange = std::move(exchange),
       binary = std::move(infer->binary)](const Result<serving::InferResponse>& answer) mutable {
        if (!answer) return exchange.Answer(FailureResponse(answer.error()));
        Result<HttpResponse> encoded = EncodeRestInfer(*answer, binary);
        exchange.Answer(encoded ? *std::move(encoded) : FailureResponse(encoded.error()));
      });
}

}  // namespace slipway::api
