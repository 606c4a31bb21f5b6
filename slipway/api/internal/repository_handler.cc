// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/repository_handler.h"

#include "slipway/api/internal/administration_json.h"
#include "slipway/api/internal/model_target.h"
#include "slipway/api/internal/repository_request.h"
#include "slipway/api/internal/rest_response.h"

#include <optional>
#include <utility>

namespace slipway::api {
namespace {

/// What answers `exchange` with the outcome of a change.
serving::StatusCallback AnswerTo(Exchange exchange) {
  return [exchange = std::move(exchange)](const Status& outcome) mutable {
    exchange.Answer(outcome ? EmptyResponse(200) : FailureResponse(outcome.error()));
  };
}

}  // namespace

Result<serving::ModelAdministration*> RepositoryHandler::Administration() const {
  if (parts_.administration != nullptr) return parts_.administration;
  return MakeError(ErrorCode::kUnimplemented, "this server does not administrate its models");
}

Result<HttpResponse> RepositoryHandler::Index(const HttpRequest& request) const {
  SLIPWAY_TRY_ASSIGN(const serving::ModelAdministration* administration, Administration());
  SLIPWAY_TRY_ASSIGN(const bool ready_only, ParseIndexRequest(request.body));
  return JsonResponse(200, IndexJson(administration->Index(ready_only)));
}

Result<HttpResponse> RepositoryHandler::Config(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(const serving::ModelAdministration* administration, Administration());
  SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY_ASSIGN(serving::ConfigText config,
                     administration->Config(target.model, target.version));
  return JsonResponse(200, std::move(config.json));
}

Result<HttpResponse> RepositoryHandler::Statistics(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(const serving::ModelAdministration* administration, Administration());
  std::optional<ModelName> model;
  std::optional<VersionId> version;
  if (!match.model.empty()) {
    SLIPWAY_TRY_ASSIGN(ModelTarget target, ParseModelTarget(match));
    model = std::move(target.model);
    version = target.version;
  }
  SLIPWAY_TRY_ASSIGN(const std::vector<serving::VersionStatistics> statistics,
                     administration->Statistics(model, version));
  return JsonResponse(200, StatisticsJson(statistics));
}

void RepositoryHandler::Load(const HttpRequest& request, const RouteMatch& match,
                             Exchange exchange) const {
  serving::StatusCallback done = AnswerTo(std::move(exchange));
  if (Status begun = BeginLoad(request, match, done); !begun) done(std::move(begun));
}

void RepositoryHandler::Unload(const HttpRequest& request, const RouteMatch& match,
                               Exchange exchange) const {
  serving::StatusCallback done = AnswerTo(std::move(exchange));
  if (Status begun = BeginUnload(request, match, done); !begun) done(std::move(begun));
}

Status RepositoryHandler::BeginLoad(const HttpRequest& request, const RouteMatch& match,
                                    serving::StatusCallback& done) const {
  SLIPWAY_TRY_ASSIGN(serving::ModelAdministration* const administration, Administration());
  SLIPWAY_TRY_ASSIGN(ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY_ASSIGN(serving::LoadRequest load,
                     ParseLoadRequest(std::move(target.model), request.body));
  administration->Load(std::move(load), std::move(done));
  return {};
}

Status RepositoryHandler::BeginUnload(const HttpRequest& request, const RouteMatch& match,
                                      serving::StatusCallback& done) const {
  SLIPWAY_TRY_ASSIGN(serving::ModelAdministration* const administration, Administration());
  SLIPWAY_TRY_ASSIGN(const ModelTarget target, ParseModelTarget(match));
  SLIPWAY_TRY(CheckUnloadRequest(request.body));
  administration->Unload(target.model, std::move(done));
  return {};
}

}  // namespace slipway::api
