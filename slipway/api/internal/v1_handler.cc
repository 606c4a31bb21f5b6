// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_handler.h"

#include "slipway/api/internal/request_headers.h"
#include "slipway/api/internal/rest_response.h"
#include "slipway/api/internal/v1_predict_decoder.h"
#include "slipway/api/internal/v1_predict_encoder.h"
#include "slipway/api/internal/v1_signature_json.h"
#include "slipway/base/json_writer.h"

#include <algorithm>
#include <string>
#include <utility>

namespace slipway::api {
namespace {

/// As TensorFlow Serving says it.
Error NoServable(const ModelTarget& target) {
  if (!target.version) {
    return NotFound("Servable not found for request: Latest({})", target.model.text());
  }
  return NotFound("Servable not found for request: Specific({}, {})", target.model.text(),
                  target.version->number());
}

std::string_view StateName(serving::VersionState state) {
  switch (state) {
    case serving::VersionState::kLoading:
      return "LOADING";
    case serving::VersionState::kReady:
      return "AVAILABLE";
    case serving::VersionState::kUnloading:
      return "UNLOADING";
    case serving::VersionState::kUnavailable:
      return "END";
  }
  return "END";
}

void WriteVersion(JsonWriter& json, const serving::IndexEntry& entry) {
  const bool has_failed =
      entry.state == serving::VersionState::kUnavailable && !entry.reason.empty();
  json.BeginObject().Key("version").String(ToString(*entry.version));
  json.Key("state").String(StateName(*entry.state));
  json.Key("status").BeginObject();
  json.Key("error_code").String(has_failed ? "UNKNOWN" : "OK");
  json.Key("error_message").String(has_failed ? entry.reason : "");
  json.EndObject().EndObject();
}

HttpResponse AnswerOf(const Result<serving::InferResponse>& answer,
                      std::optional<std::int64_t> instances) {
  if (!answer) return FailureResponse(answer.error());
  Result<std::string> json = EncodeV1Predict(*answer, instances);
  return json ? JsonResponse(200, *std::move(json)) : FailureResponse(json.error());
}

}  // namespace

Result<serving::ModelMetadata> V1Handler::Find(const ModelTarget& target) const {
  Result<serving::ModelMetadata> metadata = parts_.service.Metadata(target.model, target.version);
  if (!metadata && metadata.error().code() == ErrorCode::kNotFound) return NoServable(target);
  return metadata;
}

void V1Handler::Predict(const HttpRequest& request, const RouteMatch& match,
                        Exchange exchange) const {
  const auto decode = [&]() -> Result<V1PredictRequest> {
    SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
    SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata metadata, Find(target));
    SLIPWAY_TRY_ASSIGN(V1PredictRequest predict, DecodeV1Predict(request.body, metadata));
    predict.request.version = target.version;
    return predict;
  };
  Result<V1PredictRequest> predict = decode();
  if (!predict) return exchange.Answer(FailureResponse(predict.error()));
  AddFromHeaders(parts_.settings.rest_headers, request.headers, predict->request);
  predict->request.cancelled = request.gone;
  parts_.service.Infer(std::move(predict->request),
                       [exchange = std::move(exchange), instances = predict->instances](
                           const Result<serving::InferResponse>& answer) mutable {
                         exchange.Answer(AnswerOf(answer, instances));
                       });
}

Result<HttpResponse> V1Handler::ListModels() const {
  if (parts_.administration == nullptr) {
    return MakeError(ErrorCode::kUnimplemented, "this server does not list its models");
  }
  std::vector<std::string> names;
  for (const serving::IndexEntry& entry : parts_.administration->Index(true)) {
    if (names.empty() || names.back() != entry.model.text()) names.push_back(entry.model.text());
  }
  JsonWriter json;
  json.BeginObject().Key("models").BeginArray();
  for (const std::string& name : names) json.String(name);
  json.EndArray().EndObject();
  return JsonResponse(200, json.Take());
}

Result<std::vector<serving::IndexEntry>> V1Handler::Versions(const ModelTarget& target) const {
  std::vector<serving::IndexEntry> versions;
  if (parts_.administration != nullptr) {
    versions = parts_.administration->Index(false);
    std::erase_if(versions, [&](const serving::IndexEntry& entry) {
      return entry.model != target.model || !entry.version || !entry.state;
    });
  } else {
    SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata metadata, Find(target));
    for (const VersionId version : metadata.versions) {
      versions.push_back({.model = target.model,
                          .version = version,
                          .state = serving::VersionState::kReady,
                          .reason = {}});
    }
  }
  if (target.version) {
    std::erase_if(versions, [&](const serving::IndexEntry& entry) {
      return entry.version != target.version;
    });
  }
  if (versions.empty()) return NoServable(target);
  return versions;
}

Result<HttpResponse> V1Handler::ModelStatus(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY_ASSIGN(const std::vector<serving::IndexEntry> versions, Versions(target));
  const bool ready = std::ranges::find(versions, serving::VersionState::kReady,
                                       &serving::IndexEntry::state) != versions.end();
  JsonWriter json;
  json.BeginObject().Key("name").String(target.model.text()).Key("ready").Bool(ready);
  json.Key("model_version_status").BeginArray();
  for (const serving::IndexEntry& version : versions) WriteVersion(json, version);
  json.EndArray().EndObject();
  return JsonResponse(200, json.Take());
}

Result<HttpResponse> V1Handler::ModelMetadata(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata metadata, Find(target));
  const VersionId version =
      target.version.value_or(metadata.versions.empty() ? VersionId(1) : metadata.versions.back());
  return JsonResponse(200, V1SignatureJson(metadata, version));
}

Error V1Handler::NotSupported(const RouteMatch& match) {
  const std::string_view pattern = match.route->pattern;
  return MakeError(ErrorCode::kUnimplemented,
                   "{} is not supported: ask for {}:predict, which takes and gives tensors",
                   pattern.substr(pattern.rfind(':')), match.model.substr(0, 128));
}

}  // namespace slipway::api
