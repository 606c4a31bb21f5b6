// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/http_stream.h"
#include "slipway/serving/batcher.h"

#include <functional>
#include <memory>

namespace slipway::api {

/// Takes the response to one request, exactly once, on any thread.
using Responder = std::move_only_function<void(HttpResponse)>;

/// Answers requests; the transport calls it on its I/O threads.
///
/// Thread-safe.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Answers `request` through `respond`, now or later. Never blocks.
  virtual void Handle(HttpRequest request, Responder respond) = 0;
  /// Called on an I/O thread when every request that its sockets had ready has been handed to
  /// `Handle`, and every piece of a stream to its observer: the moment to run what they queued.
  /// Says what is left of it; for kHere it is called again as soon as the sockets have been seen
  /// to.
  virtual serving::WorkLeft OnRoundEnd() = 0;

  /// Whether a request with this method, target and these fields goes to `HandleStream`. Called for
  /// every request, so it is quick.
  virtual StreamMode ModeOf(const HttpRequest& /*head*/) const { return StreamMode::kWhole; }
  /// Answers `request` through `stream` in pieces, and returns who watches it, never null. Never
  /// blocks.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): who overrides it keeps the request.
  virtual std::shared_ptr<StreamObserver> HandleStream(HttpRequest /*request*/,
                                                       std::unique_ptr<HttpStream> /*stream*/) {
    return nullptr;
  }
};

}  // namespace slipway::api
