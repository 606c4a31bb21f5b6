// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/version.h"

namespace slipway::app {

std::string_view VersionText() { return "slipway " SLIPWAY_VERSION; }
std::string_view VersionNumber() { return SLIPWAY_VERSION; }

}  // namespace slipway::app
