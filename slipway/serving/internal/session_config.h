// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/runtime/engine.h"
#include "slipway/serving/internal/model_config.pb.h"

#include <string_view>

namespace slipway::serving {

/// Whether this key of `parameters` says how a model is loaded or run.
bool IsSessionParameter(std::string_view key);

/// What `parameters` and `optimization` say of how a model is loaded. kInvalidArgument, with the
/// key and the value, where they make no sense.
Result<runtime::SessionOptions> ReadSessionOptions(const config::ModelConfig& message);

}  // namespace slipway::serving
