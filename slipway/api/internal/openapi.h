// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace slipway::api {

/// The OpenAPI 3.1 document of every REST row of the route table.
std::string OpenApiDocument();

}  // namespace slipway::api
