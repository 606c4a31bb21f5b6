// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/base/result.h"

#include <string>
#include <string_view>

namespace slipway::api {

// Triton's extensions for settings: each changes what its framed request names, or nothing if one
// of it is wrong, and gives the serialized response with all that then holds.

Result<std::string> AnswerTraceSetting(const FrontParts& parts, std::string_view framed);
Result<std::string> AnswerLogSettings(std::string_view framed);

}  // namespace slipway::api
