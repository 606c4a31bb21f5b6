// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// From which web pages a browser may call the server (the Fetch standard's CORS protocol).
struct CorsPolicy {
  /// Origins such as "https://console.example", or "*" for any; none: browsers refuse all others.
  std::vector<std::string> allowed_origins = {};

  /// What `Access-Control-Allow-Origin` says to a page of `origin`; nothing if it may not call.
  std::optional<std::string_view> Allow(std::string_view origin) const;
};

/// Whether `request` is a browser's question whether it may send another one.
bool IsPreflight(const HttpRequest& request);
/// The answer to a preflight that is allowed, but for its `Access-Control-Allow-Origin`.
HttpResponse PreflightResponse(const HttpRequest& request);
/// Tells the browser that a page of `allowed_origin` may read `response`.
void AddCorsHeaders(std::string_view allowed_origin, HttpResponse& response);

}  // namespace slipway::api
