// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/route_table.h"

namespace slipway::api {

/// Answers what operators ask of models over REST: Triton's repository, configuration and
/// statistics extensions. There is one repository, so whatever a path calls it, it is meant.
///
/// Thread-safe.
class RepositoryHandler {
 public:
  /// `parts` outlives the handler.
  explicit RepositoryHandler(const FrontParts& parts) : parts_(parts) {}

  Result<HttpResponse> Index(const HttpRequest& request) const;
  Result<HttpResponse> Config(const RouteMatch& match) const;
  Result<HttpResponse> Statistics(const RouteMatch& match) const;
  void Load(const HttpRequest& request, const RouteMatch& match, Exchange exchange) const;
  void Unload(const HttpRequest& request, const RouteMatch& match, Exchange exchange) const;

 private:
  Result<serving::ModelAdministration*> Administration() const;
  Status BeginLoad(const HttpRequest& request, const RouteMatch& match,
                   serving::StatusCallback& done) const;
  Status BeginUnload(const HttpRequest& request, const RouteMatch& match,
                     serving::StatusCallback& done) const;

  const FrontParts& parts_;
};

}  // namespace slipway::api
