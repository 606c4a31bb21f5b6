// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/rest_infer_decoder.h"
#include "slipway/serving/inference_service.h"

#include <optional>
#include <string_view>

namespace slipway::api {

/// Whether `Inference-Header-Content-Length` says that the body is nothing but a tensor: 0.
bool IsRawInfer(std::optional<std::string_view> json_length);

/// Reads a body that is the one input of a model: its first dimension is 1 if the model batches,
/// one other may be free and follows from the size; BYTES have one element, all of the body. All
/// outputs come back binary. kInvalidArgument, with the values, for another model or size.
Result<RestInferRequest> DecodeRawInfer(RestInferMessage message,
                                        const serving::ModelMetadata& metadata);

}  // namespace slipway::api
