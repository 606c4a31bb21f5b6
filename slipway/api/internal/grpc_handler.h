// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/exchange.h"
#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/route_table.h"
#include "slipway/serving/inference_service.h"

#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {

/// Whether a request with this content-type means gRPC, with protobuf messages.
bool IsGrpcContentType(std::string_view content_type);

/// Answers the gRPC rows of the route table that its listener offers.
///
/// Thread-safe.
class GrpcHandler {
 public:
  /// What `parts` refers to outlives the handler.
  GrpcHandler(const FrontParts& parts, PermissionSet offered)
      : parts_(parts), service_(parts.service), offered_(offered) {}

  void Handle(HttpRequest request, Exchange exchange) const;

 private:
  /// Answers `message` to a procedure that is done at once with a serialized message.
  Result<std::string> Call(Operation operation, std::string_view message) const;
  Result<std::string> ModelReady(std::string_view message) const;
  Result<std::string> ModelMetadata(std::string_view message) const;
  Result<std::string> HealthCheck(std::string_view message) const;
  void Infer(HttpRequest request, Exchange exchange) const;

  const FrontParts parts_;
  serving::InferenceService& service_;
  const PermissionSet offered_;
};

}  // namespace slipway::api
