// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/route_table.h"

namespace slipway::api {

/// Answers Triton's system shared memory extension over REST; kUnimplemented where it is not
/// offered.
///
/// Thread-safe.
class SharedMemoryHandler {
 public:
  /// `parts` outlives the handler.
  explicit SharedMemoryHandler(const FrontParts& parts) : parts_(parts) {}

  Result<HttpResponse> List(const RouteMatch& match) const;
  Result<HttpResponse> Register(const HttpRequest& request, const RouteMatch& match) const;
  Result<HttpResponse> Unregister(const RouteMatch& match) const;

 private:
  Result<SharedMemoryRegions*> Regions() const;

  const FrontParts& parts_;
};

}  // namespace slipway::api
