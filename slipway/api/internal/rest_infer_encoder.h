// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/rest_infer_decoder.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

namespace slipway::api {

/// Writes `response` as KServe v2 JSON, the outputs that `binary` names as bytes behind it: large
/// ones without a copy. kInvalidArgument, with the output's name, for values that JSON cannot
/// carry.
Result<HttpResponse> EncodeRestInfer(const serving::InferResponse& response,
                                     const BinaryChoice& binary);

}  // namespace slipway::api
