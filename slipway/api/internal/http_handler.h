// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"

#include <functional>

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
  /// `Handle`: the moment to run what those requests queued.
  virtual void OnRoundEnd() = 0;
};

}  // namespace slipway::api
