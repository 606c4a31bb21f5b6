// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include "examples/fashion/cnn.h"

namespace slipway::examples {

/// `cnn` as it predicts, as an ONNX model: input `image` float32 [n,1,28,28] of pixels in 0..1,
/// output `logits` float32 [n,10]. The normalisation of the pixels is inside.
graph::Model CnnToOnnx(CnnModule& cnn);

}  // namespace slipway::examples
