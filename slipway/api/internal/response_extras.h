// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/content_coding.h"
#include "slipway/api/internal/cors_policy.h"
#include "slipway/api/internal/http_message.h"

#include <memory>
#include <string>

namespace slipway::api {

/// What the answer to a REST request carries besides what its handler says.
struct ResponseExtras {
  std::string request_id = {};      ///< Echoed in `X-Request-Id`; empty: none was sent.
  std::string allowed_origin = {};  ///< For `Access-Control-Allow-Origin`; empty: none.
  ContentCoding coding = ContentCoding::kIdentity;  ///< How the body of a success is compressed.

  /// Changes `response` accordingly.
  void ApplyTo(HttpResponse& response) const;
};

/// What the headers of a request ask for; null, as most often, if it is nothing.
std::unique_ptr<const ResponseExtras> ReadResponseExtras(const Headers& headers,
                                                         const CorsPolicy& cors);

}  // namespace slipway::api
