// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/proto/inference.pb.h"
#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

namespace slipway::api {

/// The tensor whose elements a gRPC request lists by type. Smaller integers share the lists of the
/// 32-bit ones and are never wrapped. kInvalidArgument for a wrong count, a value out of range, and
/// for FP16 and BF16, which have no list.
Result<Tensor> TensorFromContents(DataType dtype, const Shape& shape,
                                  const inference::InferTensorContents& contents);

}  // namespace slipway::api
