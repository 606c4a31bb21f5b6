// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace slipway::app {

/// The program's name and version, for example "slipway 0.1.0".
std::string_view VersionText();
/// The version alone, for example "0.1.0".
std::string_view VersionNumber();

}  // namespace slipway::app
