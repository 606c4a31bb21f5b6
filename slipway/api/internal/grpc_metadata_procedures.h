// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/base/result.h"
#include "slipway/serving/inference_service.h"

#include <string>
#include <string_view>

namespace slipway::api {

// Procedures that tell of the server and its models. Each takes a framed request and gives the
// serialized response.

std::string AnswerServerLive(const serving::InferenceService& service);
std::string AnswerServerReady(const serving::InferenceService& service);
std::string AnswerServerMetadata(const FrontParts& parts);
Result<std::string> AnswerModelReady(const serving::InferenceService& service,
                                     std::string_view framed);
Result<std::string> AnswerModelMetadata(const serving::InferenceService& service,
                                        std::string_view framed);
Result<std::string> AnswerHealthCheck(const serving::InferenceService& service,
                                      std::string_view framed);

}  // namespace slipway::api
