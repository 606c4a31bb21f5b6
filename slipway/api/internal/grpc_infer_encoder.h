// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <vector>

namespace slipway::api {

/// Writes `response` as a framed `ModelInferResponse` whose tensors are all in raw_output_contents,
/// as Triton's are; large ones are sent without a copy. kResourceExhausted if it would not fit a
/// protobuf message, kUnimplemented for a type that has no name on the wire.
Result<std::vector<BodyPart>> EncodeGrpcInfer(const serving::InferResponse& response);

}  // namespace slipway::api
