// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_metrics.h"
#include "slipway/api/internal/http_handler.h"
#include "slipway/api/internal/response_extras.h"
#include "slipway/api/internal/route_table.h"
#include "slipway/api/internal/status_mapping.h"
#include "slipway/base/clock.h"

#include <memory>
#include <utility>

namespace slipway::api {

/// What the requests of a front share.
struct FrontContext {
  FrontMetrics& metrics;
  const Clock& clock;
};

/// One request on its way through the front: takes its answer, once, counts it and hands it over.
class Exchange {
 public:
  /// `context` outlives the exchange.
  Exchange(const FrontContext& context, Protocol protocol, Responder respond)
      : context_(&context),
        protocol_(protocol),
        begin_(context.clock.Now()),
        respond_(std::move(respond)) {}

  /// When the request was read.
  SteadyTime begin() const { return begin_; }
  void SetRoute(const Route& route) { route_ = &route; }
  /// Has the answer carry `extras`, if it is not null.
  void SetExtras(std::unique_ptr<const ResponseExtras> extras) { extras_ = std::move(extras); }

  /// Answers over REST.
  void Answer(HttpResponse response) {
    const int status = response.status;
    if (extras_ != nullptr) extras_->ApplyTo(response);
    Finish(std::move(response), status);
  }
  /// Answers over gRPC.
  void Answer(HttpResponse response, GrpcStatus status) {
    Finish(std::move(response), static_cast<int>(status));
  }

 private:
  void Finish(HttpResponse response, int code) {
    context_->metrics.Count({protocol_, route_, code, context_->clock.Now() - begin_});
    respond_(std::move(response));
  }

  const FrontContext* context_;
  Protocol protocol_;
  const Route* route_ = nullptr;
  SteadyTime begin_;
  std::unique_ptr<const ResponseExtras> extras_;
  Responder respond_;
};

}  // namespace slipway::api
