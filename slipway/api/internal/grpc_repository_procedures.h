// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/model_administration.h"

#include <string>
#include <string_view>

namespace slipway::api {

// Triton's extensions for model configuration, statistics and repository. Each takes a framed
// request.

/// The serialized responses.
Result<std::string> AnswerModelConfig(const serving::ModelAdministration& administration,
                                      std::string_view framed);
Result<std::string> AnswerModelStatistics(const serving::ModelAdministration& administration,
                                          std::string_view framed);
Result<std::string> AnswerRepositoryIndex(const serving::ModelAdministration& administration,
                                          std::string_view framed);

/// What a `RepositoryModelLoadRequest` asks for. kInvalidArgument names the parameter that is
/// wrong.
Result<serving::LoadRequest> ReadLoadRequest(std::string_view framed);
/// The model of a `RepositoryModelUnloadRequest`.
Result<ModelName> ReadUnloadRequest(std::string_view framed);

}  // namespace slipway::api
