// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"

namespace slipway::quantize {

/// A model that computes the same as `model` and is fit for quantization: constants are
/// initializers, batch normalizations are folded into the convolutions before them, matrix products
/// are in the form that the engine has int8 kernels for, the opset is at least 13.
///
/// kFailedPrecondition if the model has quantized operators already, kUnimplemented if the opset
/// cannot be upgraded.
Result<graph::Model> PrepareForQuantization(const graph::Model& model);

}  // namespace slipway::quantize
