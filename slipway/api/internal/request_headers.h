// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/header_forwarding.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/serving/infer_request.h"

namespace slipway::api {

/// Gives `request` what the headers of its message say of it: the caller's trace, and parameters.
void AddFromHeaders(const HeaderForwarding& forwarding, const Headers& headers,
                    serving::InferRequest& request);

}  // namespace slipway::api
