// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/log.h"
#include "slipway/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::api {

/// What a setting of Triton's logging extension says.
using LogValue = std::variant<bool, std::uint32_t, std::string>;

/// All settings by Triton's names, in its order.
std::vector<std::pair<std::string_view, LogValue>> LogFieldsOf(const LogSettings& settings);

/// Sets the one called `name` in `settings`. kInvalidArgument for an unknown name or a value of
/// another type, kUnimplemented for "log_file": the log goes to standard error.
Status SetLogField(std::string_view name, const LogValue& value, LogSettings& settings);

}  // namespace slipway::api
