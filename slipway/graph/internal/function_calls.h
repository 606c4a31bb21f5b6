// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/internal/onnx.pb.h"

namespace slipway::graph {

/// Checks that none of a model's local functions calls itself, directly or through others: whoever
/// expands such a model never comes to an end. kInvalidArgument with the name of one that does.
Status CheckFunctionCalls(const onnx::ModelProto& model);

}  // namespace slipway::graph
