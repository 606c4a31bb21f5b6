// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/shared_memory.h"
#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

namespace slipway::api {

/// The error for a request that uses shared memory where none may be used.
Error SharedMemoryNotOffered();

/// A copy of the tensor that lies in all of `range`, checked as bytes of a client are.
/// kInvalidArgument if its bytes are not those that type and shape ask for.
Result<Tensor> ReadSharedTensor(const SharedMemoryRange& range, DataType dtype, const Shape& shape);

}  // namespace slipway::api
