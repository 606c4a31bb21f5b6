// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/server_description.h"

namespace slipway::api {

std::string_view ServerVersion() { return SLIPWAY_VERSION; }

}  // namespace slipway::api
