// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace slipway::api {

/// What clients are told of the server.
inline constexpr std::string_view kServerName = "slipway";
/// The protocol's extensions that are served; clients look features up here by name.
inline constexpr std::array<std::string_view, 1> kExtensions = {"binary_tensor_data"};

/// The version of this build, for example "0.1.0".
std::string_view ServerVersion();

}  // namespace slipway::api
