// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/internal/external_data.h"
#include "slipway/graph/model_file.h"

namespace slipway::graph {

/// Parses `bytes`, an ONNX file whose external data is in `files`. The result is valid by
/// `ValidateModel`. Errors are those of `ReadModel`.
Result<Model> DecodeModel(ByteView bytes, const ExternalFiles& files, const ModelLimits& limits);

}  // namespace slipway::graph
