// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/model_administration.h"

#include <string>

namespace slipway::api {

/// The bodies of Triton's repository extension. An empty body asks for nothing special.

/// Whether only models that serve are asked for, `{"ready":true}`.
Result<bool> ParseIndexRequest(const std::string& body);

/// What is to be loaded: `{"parameters":{"config":"{...}","file:1/model.onnx":"<base64>"}}`.
/// kInvalidArgument names the parameter that is wrong.
Result<serving::LoadRequest> ParseLoadRequest(ModelName model, const std::string& body);

/// Checks `{"parameters":{"unload_dependents":true}}`; no model has dependents.
Status CheckUnloadRequest(const std::string& body);

}  // namespace slipway::api
