// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/json_reader.h"
#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

namespace slipway::api {

/// Reads the array that comes next, flat or nested in any way, as the elements of a tensor in
/// row-major order.
///
/// Numbers are rounded to the type's nearest, ties to even (FP16 and BF16 by way of FP64); BOOL is
/// true, false, 1 or 0; BYTES are strings. kInvalidArgument, with the place in bytes, for an
/// element that the type cannot hold (a number is never wrapped) and for what JSON has no number
/// for, and with both counts if there are not as many elements as `shape` asks for. Memory is taken
/// only once the document is known to be long enough for that many.
Result<Tensor> ReadJsonTensor(JsonReader& reader, DataType dtype, const Shape& shape);

}  // namespace slipway::api
