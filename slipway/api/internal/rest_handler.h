// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/exchange.h"
#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/repository_handler.h"
#include "slipway/api/internal/rest_infer_handler.h"
#include "slipway/api/internal/route_table.h"
#include "slipway/api/internal/settings_handler.h"
#include "slipway/api/internal/shared_memory_handler.h"
#include "slipway/api/internal/v1_handler.h"

namespace slipway::api {

/// Answers the REST rows of the route table that its listener offers: finds the row, checks that
/// the caller may, unpacks the body, and hands on to who knows.
///
/// Thread-safe.
class RestHandler {
 public:
  /// What `parts` refers to outlives the handler.
  RestHandler(const FrontParts& parts, PermissionSet offered)
      : parts_(parts),
        offered_(offered),
        infer_(parts_),
        repository_(parts_),
        settings_(parts_),
        shared_memory_(parts_),
        v1_(parts_) {}
  RestHandler(const RestHandler&) = delete;
  RestHandler& operator=(const RestHandler&) = delete;

  void Handle(HttpRequest request, Exchange exchange) const;

 private:
  void Dispatch(HttpRequest request, const RouteMatch& match, Exchange exchange) const;
  /// What answers at once.
  Result<HttpResponse> Call(const HttpRequest& request, const RouteMatch& match) const;
  HttpResponse Metrics(const HttpRequest& request) const;
  Result<HttpResponse> ModelReady(const RouteMatch& match) const;
  Result<HttpResponse> ModelMetadata(const RouteMatch& match) const;

  const FrontParts parts_;
  const PermissionSet offered_;
  const RestInferHandler infer_;
  const RepositoryHandler repository_;
  const SettingsHandler settings_;
  const SharedMemoryHandler shared_memory_;
  const V1Handler v1_;
};

}  // namespace slipway::api
