// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/exchange.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/route_table.h"
#include "slipway/base/ids.h"
#include "slipway/metrics/registry.h"
#include "slipway/serving/inference_service.h"

#include <optional>

namespace slipway::api {

/// Answers the REST rows of the route table that its listener offers.
///
/// Thread-safe.
class RestHandler {
 public:
  /// `service` and `registry` outlive the handler.
  RestHandler(serving::InferenceService& service, const metrics::Registry& registry,
              PermissionSet offered)
      : service_(service), registry_(registry), offered_(offered) {}

  void Handle(HttpRequest request, Exchange exchange) const;

 private:
  /// Which model a path names.
  struct Target {
    ModelName model;
    std::optional<VersionId> version;
  };

  static Result<Target> ParseTarget(const RouteMatch& match);
  void HandleModel(HttpRequest request, const RouteMatch& match, Exchange exchange) const;
  HttpResponse ServerState(bool fine) const;
  HttpResponse ServerMetadata() const;
  HttpResponse Metrics(const HttpRequest& request) const;
  HttpResponse ModelReady(const Target& target) const;
  HttpResponse ModelMetadata(const Target& target) const;
  void Infer(HttpRequest request, Target target, Exchange exchange) const;

  serving::InferenceService& service_;
  const metrics::Registry& registry_;
  const PermissionSet offered_;
};

}  // namespace slipway::api
