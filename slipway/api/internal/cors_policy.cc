// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/cors_policy.h"

#include "slipway/api/internal/rest_response.h"

#include <algorithm>

namespace slipway::api {

std::optional<std::string_view> CorsPolicy::Allow(std::string_view origin) const {
  for (const std::string_view allowed : allowed_origins) {
    if (allowed == "*") return "*";
    if (allowed == origin) return origin;
  }
  return std::nullopt;
}

bool IsPreflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && request.headers.Find("access-control-request-method");
}

HttpResponse PreflightResponse(const HttpRequest& request) {
  HttpResponse response = EmptyResponse(204);
  response.headers.Add("access-control-allow-methods", "GET, POST");
  // Which headers mean something is not for a browser to find out: it may send those it wants to.
  if (const auto wanted = request.headers.Find("access-control-request-headers")) {
    response.headers.Add("access-control-allow-headers", *wanted);
  }
  response.headers.Add("access-control-max-age", "600");
  return response;
}

void AddCorsHeaders(std::string_view allowed_origin, HttpResponse& response) {
  response.headers.Add("access-control-allow-origin", allowed_origin);
  if (allowed_origin != "*") response.headers.Add("vary", "origin");
  response.headers.Add("access-control-expose-headers",
                       "inference-header-content-length, retry-after, x-request-id");
}

}  // namespace slipway::api
