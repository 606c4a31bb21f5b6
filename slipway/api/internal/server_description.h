// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"

#include <string_view>
#include <vector>

namespace slipway::api {

/// What clients are told of the server.
inline constexpr std::string_view kServerName = "slipway";

/// The protocol's extensions that a front with `parts` serves; clients look features up here by
/// name.
std::vector<std::string_view> ExtensionsOf(const FrontParts& parts);

/// The version of this build, for example "0.1.0".
std::string_view ServerVersion();

}  // namespace slipway::api
