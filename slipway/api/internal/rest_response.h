// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/base/error.h"

#include <string>
#include <string_view>

namespace slipway::api {

/// An answer that holds `json`.
HttpResponse JsonResponse(int status, std::string json);
/// An answer without a body.
HttpResponse EmptyResponse(int status);
/// `{"error":"message"}`.
HttpResponse FailureResponse(int status, std::string_view message);
/// The answer that says `error`, with `Retry-After` where trying again may help.
HttpResponse FailureResponse(const Error& error);

}  // namespace slipway::api
