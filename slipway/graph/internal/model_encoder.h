// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/internal/onnx.pb.h"
#include "slipway/graph/model.h"

namespace slipway::graph {

/// Puts `model` into `proto`, which is empty. kInternal if the `extra` of something is not what the
/// decoder puts there.
Status EncodeModel(const Model& model, onnx::ModelProto& proto);

}  // namespace slipway::graph
