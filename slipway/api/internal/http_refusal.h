// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"

#include <string>

namespace slipway::api {

/// Why the transport itself answers a request, instead of a handler.
struct Refusal {
  int status = 400;     ///< The HTTP status.
  std::string message;  ///< What is wrong and the values, in ASCII.
};

/// Whether a request with these fields is a gRPC call.
bool IsGrpc(const Headers& headers);

/// The answer that says `refusal`: {"error": message}, or to a gRPC call a `grpc-status` without a
/// body, since such clients look nowhere else.
HttpResponse RefusalResponse(const Refusal& refusal, bool grpc);

}  // namespace slipway::api
