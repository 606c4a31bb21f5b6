// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_refusal.h"

#include "slipway/base/json_writer.h"

namespace slipway::api {
namespace {

// The status codes of gRPC that callers tell apart; its own table sends the rest to INTERNAL.
std::string_view GrpcStatus(int http_status) {
  switch (http_status) {
    case 408:
      return "4";  // DEADLINE_EXCEEDED
    case 413:
    case 414:
    case 431:
      return "8";  // RESOURCE_EXHAUSTED
    case 503:
      return "14";  // UNAVAILABLE
    default:
      return "13";  // INTERNAL
  }
}

}  // namespace

bool IsGrpcType(std::string_view content_type) {
  return content_type.starts_with("application/grpc");
}

HttpResponse RefusalResponse(const Refusal& refusal, bool grpc) {
  HttpResponse response;
  if (grpc) {
    response.headers.Add("content-type", "application/grpc");
    response.headers.Add("grpc-status", GrpcStatus(refusal.status));
    response.headers.Add("grpc-message", refusal.message);
    return response;
  }
  response.status = refusal.status;
  response.headers.Add("content-type", "application/json");
  response.body.emplace_back(
      JsonWriter().BeginObject().Key("error").String(refusal.message).EndObject().Take());
  return response;
}

}  // namespace slipway::api
