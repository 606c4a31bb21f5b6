// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"

#include <string>

namespace slipway::app {

/// A KServe v2 REST request in JSON that asks the example network for the class of the first image
/// of the data: input `image`, float32 [1,1,28,28].
Result<std::string> SampleRequest(const DataFlags& flags);

}  // namespace slipway::app
