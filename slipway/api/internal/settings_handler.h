// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/route_table.h"

namespace slipway::api {

/// Answers Triton's trace and logging extensions over REST: GET shows the settings, POST changes
/// those that it names, or none if one of them is wrong, and shows all.
///
/// Thread-safe.
class SettingsHandler {
 public:
  /// `parts` outlives the handler.
  explicit SettingsHandler(const FrontParts& parts) : parts_(parts) {}

  Result<HttpResponse> Trace(const HttpRequest& request, const RouteMatch& match) const;
  Result<HttpResponse> Log(const HttpRequest& request) const;

 private:
  const FrontParts& parts_;
};

}  // namespace slipway::api
