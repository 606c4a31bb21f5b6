// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/data_type.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <array>
#include <limits>

namespace slipway {
namespace {

struct Description {
  DataType type;
  std::size_t bits;
  std::string_view name;
  std::string_view wire_name;
};

constexpr std::array<Description, 18> kDescriptions = {{
    {DataType::kBool, 8, "bool", "BOOL"},
    {DataType::kUint8, 8, "uint8", "UINT8"},
    {DataType::kUint16, 16, "uint16", "UINT16"},
    {DataType::kUint32, 32, "uint32", "UINT32"},
    {DataType::kUint64, 64, "uint64", "UINT64"},
    {DataType::kInt8, 8, "int8", "INT8"},
    {DataType::kInt16, 16, "int16", "INT16"},
    {DataType::kInt32, 32, "int32", "INT32"},
    {DataType::kInt64, 64, "int64", "INT64"},
    {DataType::kFloat16, 16, "float16", "FP16"},
    {DataType::kBfloat16, 16, "bfloat16", "BF16"},
    {DataType::kFloat32, 32, "float32", "FP32"},
    {DataType::kFloat64, 64, "float64", "FP64"},
    {DataType::kBytes, 0, "string", "BYTES"},
    {DataType::kUint4, 4, "uint4", ""},
    {DataType::kInt4, 4, "int4", ""},
    {DataType::kUint2, 2, "uint2", ""},
    {DataType::kInt2, 2, "int2", ""},
}};

const Description& Describe(DataType type) {
  const auto index = static_cast<std::size_t>(type);
  SLIPWAY_CHECK(index < kDescriptions.size() && kDescriptions[index].type == type);
  return kDescriptions[index];
}

}  // namespace

std::size_t ElementBits(DataType type) { return Describe(type).bits; }

std::optional<std::uint64_t> ByteSizeOf(DataType type, std::uint64_t count) {
  const std::uint64_t bits = ElementBits(type);
  if (bits == 0) return std::nullopt;
  if (bits < 8) {
    const std::uint64_t per_byte = 8 / bits;
    return count / per_byte + (count % per_byte == 0 ? 0 : 1);
  }
  if (count > std::numeric_limits<std::uint64_t>::max() / (bits / 8)) return std::nullopt;
  return count * (bits / 8);
}

std::string_view DataTypeName(DataType type) { return Describe(type).name; }
std::string_view WireName(DataType type) { return Describe(type).wire_name; }

std::optional<DataType> DataTypeFromWireName(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto found = std::ranges::find(kDescriptions, name, &Description::wire_name);
  if (found == kDescriptions.end()) return std::nullopt;
  return found->type;
}

}  // namespace slipway
