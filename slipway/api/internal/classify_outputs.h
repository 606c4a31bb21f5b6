// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/output_choice.h"
#include "slipway/base/result.h"
#include "slipway/serving/inference_service.h"

#include <span>

namespace slipway::api {

/// Replaces the outputs of `response` that `requested`, which is in their order, wants as classes
/// by their best ones. kInvalidArgument, with the output's name, if its elements are no numbers.
Status ClassifyOutputs(const serving::InferenceService& service,
                       std::span<const RequestedOutput> requested,
                       serving::InferResponse& response);

}  // namespace slipway::api
