// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/inference_service.h"

#include <string>

namespace slipway::api {

/// `metadata` as TensorFlow Serving's model metadata API writes it: one signature,
/// "serving_default".
std::string V1SignatureJson(const serving::ModelMetadata& metadata, VersionId version);

}  // namespace slipway::api
