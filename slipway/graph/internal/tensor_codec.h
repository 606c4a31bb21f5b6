// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/internal/external_data.h"
#include "slipway/graph/internal/onnx.pb.h"
#include "slipway/tensor/tensor.h"

#include <optional>

namespace slipway::graph {

/// The type that ONNX numbers `onnx_type`, if we handle it.
std::optional<DataType> DataTypeFromOnnx(std::int32_t onnx_type);
/// ONNX's number for `type`.
std::int32_t OnnxDataType(DataType type);

/// The tensor in `proto`, whose data type we handle. kInvalidArgument if its values are not exactly
/// as many as its dimensions say, one is out of its type's range, or they lie in a file that is not
/// among `files`.
Result<Tensor> DecodeTensor(const onnx::TensorProto& proto, const ExternalFiles& files);

/// Puts the type, dimensions and values of `tensor` into `proto`, strings apart as raw bytes.
Status EncodeTensor(const Tensor& tensor, onnx::TensorProto& proto);

/// The bytes that `proto` keeps in another file, as many as its type and dimensions ask for.
/// kInvalidArgument as above.
Result<ByteView> ExternalBytes(const onnx::TensorProto& proto, const ExternalFiles& files);

/// Removes from `proto` what `EncodeTensor` puts there.
void ClearValues(onnx::TensorProto& proto);

}  // namespace slipway::graph
