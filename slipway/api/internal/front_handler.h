// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/grpc_handler.h"
#include "slipway/api/internal/http_handler.h"
#include "slipway/api/internal/rest_handler.h"

#include <memory>
#include <utility>

namespace slipway::api {

/// Answers all that comes to one listener: gRPC if its content-type says so, else REST.
///
/// Thread-safe.
class FrontHandler final : public HttpHandler {
 public:
  /// What `parts` refers to outlives the handler; `offered` bounds what the listener answers at
  /// all.
  FrontHandler(const FrontParts& parts, PermissionSet offered)
      : service_(parts.service),
        context_(parts.context),
        rest_(parts, offered),
        grpc_(parts, offered) {}

  void Handle(HttpRequest request, Responder respond) override;
  serving::WorkLeft OnRoundEnd() override { return service_.RunQueued(); }
  StreamMode ModeOf(const HttpRequest& head) const override { return GrpcHandler::ModeOf(head); }
  std::shared_ptr<StreamObserver> HandleStream(HttpRequest request,
                                               std::unique_ptr<HttpStream> stream) override {
    return grpc_.HandleStream(std::move(request), std::move(stream));
  }

 private:
  serving::InferenceService& service_;
  const FrontContext& context_;
  const RestHandler rest_;
  const GrpcHandler grpc_;
};

}  // namespace slipway::api
