// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"
#include "slipway/runtime/session.h"

#include <vector>

namespace slipway::app {

/// What a server says of tensors, as an engine would say it.
std::vector<runtime::TensorSpec> SpecsOf(
    const std::vector<api::client::TensorDescription>& tensors);

}  // namespace slipway::app
