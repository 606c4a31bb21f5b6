// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/output_choice.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

namespace slipway::api {

/// Writes `response` as KServe v2 JSON, the binary outputs of `choice` as bytes behind it, large
/// ones without a copy, and others to shared memory. kInvalidArgument, with the output's name, for
/// values that JSON cannot carry and for outputs that are longer than their memory.
Result<HttpResponse> EncodeRestInfer(const serving::InferResponse& response,
                                     const OutputChoice& choice);

}  // namespace slipway::api
