// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_response.h"

#include "slipway/api/internal/status_mapping.h"
#include "slipway/base/json_writer.h"

#include <utility>

namespace slipway::api {

HttpResponse JsonResponse(int status, std::string json) {
  HttpResponse response;
  response.status = status;
  response.headers.Add("content-type", "application/json");
  response.body.emplace_back(std::move(json));
  return response;
}

HttpResponse EmptyResponse(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

HttpResponse FailureResponse(int status, std::string_view message) {
  return JsonResponse(status, R"({"error":)" + JsonQuoted(message) + "}");
}

HttpResponse FailureResponse(const Error& error) {
  HttpResponse response = FailureResponse(HttpStatusOf(error.code()), error.message());
  const bool may_pass =
      error.code() == ErrorCode::kResourceExhausted || error.code() == ErrorCode::kUnavailable;
  // Queues hold far less than a second of work; what starts or drains takes about that long.
  if (may_pass) response.headers.Add("retry-after", "1");
  return response;
}

}  // namespace slipway::api
