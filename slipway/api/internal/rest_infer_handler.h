// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/route_table.h"

namespace slipway::api {

/// Answers KServe v2 inference over REST.
///
/// Thread-safe.
class RestInferHandler {
 public:
  /// `parts` outlives the handler.
  explicit RestInferHandler(const FrontParts& parts) : parts_(parts) {}

  void Infer(HttpRequest request, const RouteMatch& match, Exchange exchange) const;

 private:
  const FrontParts& parts_;
};

}  // namespace slipway::api
