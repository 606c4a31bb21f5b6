// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"

namespace slipway::graph {

/// Checks that `model` is a well-formed dataflow graph (ONNX, IR.md): each value is made once and
/// before it is read, in its own graph or one around it; no name hides one of an outer graph; every
/// output exists; every domain in use is imported; no node has an attribute twice. What operators
/// ask of their inputs and attributes is not checked.
///
/// kInvalidArgument with the names of the node and the value otherwise.
Status ValidateModel(const Model& model);

}  // namespace slipway::graph
