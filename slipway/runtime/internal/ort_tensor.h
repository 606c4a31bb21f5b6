// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/internal/ort_api.h"
#include "slipway/tensor/tensor.h"

#include <optional>

namespace slipway::runtime {

/// Our name for an element type of ONNX Runtime, if we handle it.
std::optional<DataType> FromOrtType(ONNXTensorElementDataType type);
/// ONNX Runtime's name for `type`; undefined for the types that its API 21 does not have.
ONNXTensorElementDataType ToOrtType(DataType type);

/// A value that reads the bytes of `view` where they lie; they must outlive it and be aligned for
/// their type, which is not kBytes. kInvalidArgument if they are too few for the shape.
Result<OrtOwned<OrtValue>> ValueOver(const TensorView& view);
/// A value that holds copies of the strings of `view`.
Result<OrtOwned<OrtValue>> ValueOfStrings(const TensorView& view);

/// The tensor in `value`, whose elements are of type `dtype`. Strings are copied, all else stays
/// where it is and the result keeps it alive.
Result<SharedTensor> ShareTensor(OrtOwned<OrtValue> value, DataType dtype);

}  // namespace slipway::runtime
