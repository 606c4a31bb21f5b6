// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/data_type.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::runtime {

/// ONNX files of a few nodes, written field by field as onnx.proto numbers them, so that tests of
/// engines depend on no writer and can hold what a sound writer would refuse.

/// A protobuf field that holds bytes: a string or another message.
std::string ProtoField(std::uint32_t number, std::string_view bytes);
/// A protobuf field that holds a whole number.
std::string ProtoField(std::uint32_t number, std::uint64_t value);

/// ONNX's number for `type`.
std::uint64_t OnnxElementType(DataType type);

/// A ValueInfoProto of a tensor; a size of -1 is free.
std::string OnnxTensorValue(std::string_view name, DataType dtype,
                            const std::vector<std::int64_t>& sizes);

/// A NodeProto of ONNX's own operators. `attributes` are AttributeProtos.
std::string OnnxNode(std::string_view op_type, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& outputs,
                     const std::vector<std::string>& attributes = {});

/// The messages that a GraphProto holds.
struct OnnxGraph {
  std::vector<std::string> nodes;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::string> initializers;
};

/// The ModelProto of `graph`.
std::string OnnxModel(const OnnxGraph& graph, std::uint64_t opset = 17);

/// The model y = x.
std::string OnnxIdentity(DataType dtype, const std::vector<std::int64_t>& sizes);

/// A model without inputs whose output "y" is a float32 weight of shape [2] that the file
/// `location` holds, from its 8th byte on.
std::string OnnxWithExternalWeight(std::string_view location);
/// The same with a Constant node instead of a weight.
std::string OnnxWithExternalConstant(std::string_view location);

}  // namespace slipway::runtime
