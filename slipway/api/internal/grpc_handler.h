// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/grpc_exchange.h"
#include "slipway/api/internal/grpc_stream.h"
#include "slipway/api/internal/http_handler.h"
#include "slipway/api/internal/route_table.h"

#include <memory>
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
  GrpcHandler(const FrontParts& parts, PermissionSet offered) : parts_(parts), offered_(offered) {}

  /// How a call travels: by its path alone, so that nothing is looked up for most.
  static StreamMode ModeOf(const HttpRequest& head);
  void Handle(HttpRequest request, Exchange exchange) const;
  std::shared_ptr<StreamObserver> HandleStream(HttpRequest request,
                                               std::unique_ptr<HttpStream> stream) const;

 private:
  /// Checks what can be said before the body is looked at.
  Status CheckHead(const HttpRequest& request, const Route* route) const;
  /// Makes a compressed message a plain one, and sees how the answer travels.
  Status ReadCoding(HttpRequest& request, GrpcExchange& exchange) const;
  /// Answers a procedure that is done at once with a serialized message.
  Result<std::string> Call(Operation operation, std::string_view framed) const;
  Result<std::string> CallAdministration(Operation operation, std::string_view framed) const;
  Result<std::string> CallExtension(Operation operation, std::string_view framed) const;
  void Infer(HttpRequest request, GrpcExchange exchange) const;
  void Load(std::string_view framed, GrpcExchange exchange) const;
  void Unload(std::string_view framed, GrpcExchange exchange) const;
  Result<std::shared_ptr<StreamObserver>> Open(HttpRequest& request, const Route* route,
                                               std::unique_ptr<HttpStream>& stream) const;
  Result<serving::ModelAdministration*> Administration() const;

  const FrontParts parts_;
  const PermissionSet offered_;
};

}  // namespace slipway::api
