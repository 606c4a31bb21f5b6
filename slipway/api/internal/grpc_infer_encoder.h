// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/output_choice.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <span>
#include <string_view>
#include <vector>

namespace slipway::api {

/// Writes `response` as a framed `ModelInferResponse` whose tensors are all in raw_output_contents,
/// as Triton's are; large ones are sent without a copy. Those that `requested` sends to shared
/// memory go there, and leave an empty place. kResourceExhausted if it would not fit a protobuf
/// message, kInvalidArgument if an output is longer than its memory, kUnimplemented for a type that
/// has no name on the wire.
Result<std::vector<BodyPart>> EncodeGrpcInfer(const serving::InferResponse& response,
                                              std::span<const RequestedOutput> requested = {});

/// The same in a framed `ModelStreamInferResponse`, which says that it is the last for its request.
Result<std::vector<BodyPart>> EncodeGrpcStreamInfer(
    const serving::InferResponse& response, std::span<const RequestedOutput> requested = {});
/// A framed `ModelStreamInferResponse` that says what is wrong with request `id`.
std::vector<BodyPart> EncodeGrpcStreamError(std::string_view message, std::string_view id);

}  // namespace slipway::api
