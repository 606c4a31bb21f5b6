// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"

#include <string>
#include <string_view>

namespace slipway::api {

/// Why the transport itself answers a request, instead of a handler.
struct Refusal {
  int status = 400;     ///< The HTTP status.
  std::string message;  ///< What is wrong and the values, in ASCII.
};

/// Whether a request with this content-type is a gRPC call.
bool IsGrpcType(std::string_view content_type);

/// The answer that says `refusal`: {"error": message}, or to a gRPC call a `grpc-status` without a
/// body, since such clients look nowhere else.
HttpResponse RefusalResponse(const Refusal& refusal, bool grpc);

}  // namespace slipway::api
