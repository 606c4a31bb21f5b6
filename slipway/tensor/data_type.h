// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace slipway {

/// The type of a tensor's elements. Multi-byte elements are little endian; sub-byte ones are
/// packed, low bits first, each tensor starting on a whole byte.
enum class DataType : std::uint8_t {
  kBool,  ///< One byte, 0 or 1.
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat16,  ///< IEEE 754 binary16.
  kBfloat16,
  kFloat32,
  kFloat64,
  kBytes,  ///< Strings of bytes; see `bytes_layout.h` for how they lie in memory.
  kUint4,
  kInt4,
  kUint2,
  kInt2,
};

/// Bits of one element; 0 for kBytes, whose elements differ in length.
std::size_t ElementBits(DataType type);

/// Bytes that `count` elements take; std::nullopt for kBytes and on overflow.
std::optional<std::uint64_t> ByteSizeOf(DataType type, std::uint64_t count);

/// The name that people and ONNX use: "float32", "uint8", "string".
std::string_view DataTypeName(DataType type);

/// The name on the KServe v2 wire: "FP32", "UINT8", "BYTES". Sub-byte types have none: "".
std::string_view WireName(DataType type);
/// The type that a KServe v2 name stands for, if it stands for one.
std::optional<DataType> DataTypeFromWireName(std::string_view name);

/// The C++ type of an element, for types that have one of their own.
template <DataType type>
struct ElementOf;
/// The `DataType` of a C++ element type.
template <typename T>
struct DataTypeOf;

#define SLIPWAY_ELEMENT(enumerator, cpp_type)                \
  template <>                                                \
  struct ElementOf<DataType::enumerator> {                   \
    using Type = cpp_type;                                   \
  };                                                         \
  template <>                                                \
  struct DataTypeOf<cpp_type> {                              \
    static constexpr DataType kValue = DataType::enumerator; \
  }
SLIPWAY_ELEMENT(kBool, bool);
SLIPWAY_ELEMENT(kUint8, std::uint8_t);
SLIPWAY_ELEMENT(kUint16, std::uint16_t);
SLIPWAY_ELEMENT(kUint32, std::uint32_t);
SLIPWAY_ELEMENT(kUint64, std::uint64_t);
SLIPWAY_ELEMENT(kInt8, std::int8_t);
SLIPWAY_ELEMENT(kInt16, std::int16_t);
SLIPWAY_ELEMENT(kInt32, std::int32_t);
SLIPWAY_ELEMENT(kInt64, std::int64_t);
SLIPWAY_ELEMENT(kFloat32, float);
SLIPWAY_ELEMENT(kFloat64, double);
#undef SLIPWAY_ELEMENT

}  // namespace slipway
