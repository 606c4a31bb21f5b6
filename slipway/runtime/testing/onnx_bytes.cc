// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/testing/onnx_bytes.h"

#include <array>

namespace slipway::runtime {
namespace {

constexpr std::uint64_t kIrVersion = 8;

std::string Varint(std::uint64_t value) {
  std::string bytes;
  while (value >= 0x80) {
    bytes.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    value >>= 7U;
  }
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string Repeated(std::uint32_t number, const std::vector<std::string>& messages) {
  std::string bytes;
  for (const std::string& message : messages) bytes += ProtoField(number, message);
  return bytes;
}

/// A TensorProto of two float32 that lie in the file `location`, from its 8th byte on.
std::string ExternalTensor(std::string_view name, std::string_view location) {
  constexpr std::uint64_t kExternal = 1;
  const auto entry = [](std::string_view key, std::string_view value) {
    return ProtoField(13, ProtoField(1, key) + ProtoField(2, value));
  };
  return ProtoField(1, 2) + ProtoField(2, OnnxElementType(DataType::kFloat32)) +
         ProtoField(8, name) + entry("location", location) + entry("offset", "8") +
         entry("length", "8") + ProtoField(14, kExternal);
}

std::string OnnxDimension(std::int64_t size) {
  return size == -1 ? ProtoField(2, "n") : ProtoField(1, static_cast<std::uint64_t>(size));
}

}  // namespace

std::string ProtoField(std::uint32_t number, std::string_view bytes) {
  return Varint(std::uint64_t{number} << 3U | 2U) + Varint(bytes.size()).append(bytes);
}

std::string ProtoField(std::uint32_t number, std::uint64_t value) {
  return Varint(std::uint64_t{number} << 3U) + Varint(value);
}

std::uint64_t OnnxElementType(DataType type) {
  // In the order of `DataType`.
  constexpr std::array<std::uint64_t, 18> kNumbers = {9,  2,  4, 12, 13, 3,  5,  6,  7,
                                                      10, 16, 1, 11, 8,  21, 22, 25, 26};
  return kNumbers.at(static_cast<std::size_t>(type));
}

std::string OnnxTensorValue(std::string_view name, DataType dtype,
                            const std::vector<std::int64_t>& sizes) {
  std::string shape;
  for (const std::int64_t size : sizes) shape += ProtoField(1, OnnxDimension(size));
  const std::string tensor = ProtoField(1, OnnxElementType(dtype)) + ProtoField(2, shape);
  return ProtoField(1, name) + ProtoField(2, ProtoField(1, tensor));
}

std::string OnnxNode(std::string_view op_type, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& outputs,
                     const std::vector<std::string>& attributes) {
  return Repeated(1, inputs) + Repeated(2, outputs) + ProtoField(4, op_type) +
         Repeated(5, attributes);
}

std::string OnnxModel(const OnnxGraph& graph, std::uint64_t opset) {
  const std::string body = Repeated(1, graph.nodes) + ProtoField(2, "graph") +
                           Repeated(5, graph.initializers) + Repeated(11, graph.inputs) +
                           Repeated(12, graph.outputs);
  return ProtoField(1, kIrVersion) + ProtoField(7, body) +
         ProtoField(8, ProtoField(1, "") + ProtoField(2, opset));
}

std::string OnnxIdentity(DataType dtype, const std::vector<std::int64_t>& sizes) {
  return OnnxModel({.nodes = {OnnxNode("Identity", {"x"}, {"y"})},
                    .inputs = {OnnxTensorValue("x", dtype, sizes)},
                    .outputs = {OnnxTensorValue("y", dtype, sizes)},
                    .initializers = {}});
}

std::string OnnxWithExternalWeight(std::string_view location) {
  return OnnxModel({.nodes = {OnnxNode("Identity", {"w"}, {"y"})},
                    .inputs = {},
                    .outputs = {OnnxTensorValue("y", DataType::kFloat32, {2})},
                    .initializers = {ExternalTensor("w", location)}});
}

std::string OnnxWithExternalConstant(std::string_view location) {
  constexpr std::uint64_t kTensorAttribute = 4;
  const std::string value = ProtoField(1, "value") + ProtoField(5, ExternalTensor("", location)) +
                            ProtoField(20, kTensorAttribute);
  return OnnxModel({.nodes = {OnnxNode("Constant", {}, {"y"}, {value})},
                    .inputs = {},
                    .outputs = {OnnxTensorValue("y", DataType::kFloat32, {2})},
                    .initializers = {}});
}

}  // namespace slipway::runtime
