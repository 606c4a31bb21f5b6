// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/tensor_text.h"

#include "slipway/base/format.h"
#include "slipway/base/json_writer.h"
#include "slipway/tensor/bytes_layout.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace slipway::serving {
namespace {

float FromFloat16(std::uint16_t bits) {
  constexpr int kFractionBits = 10;
  constexpr int kBias = 15;
  const int exponent = (bits >> kFractionBits) & 0x1F;
  const int fraction = bits & 0x3FF;
  float magnitude = 0;
  if (exponent == 0x1F) {
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), 1 - kBias - kFractionBits);
  } else {
    magnitude = std::ldexp(static_cast<float>(fraction + (1 << kFractionBits)),
                           exponent - kBias - kFractionBits);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

float FromBfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

/// Calls `format` with each element of `bytes`, which need not be aligned, and joins what it gives.
template <typename T, typename Format>
std::string Join(ByteView bytes, const Format& format) {
  std::string text;
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T element;
    std::memcpy(&element, bytes.data() + i, sizeof(T));
    if (i > 0) text += ',';
    text += format(element);
  }
  return text;
}

template <typename T>
std::string JoinNumbers(ByteView bytes) {
  return Join<T>(bytes, [](T element) { return fmt::format("{}", element); });
}

std::string JoinStrings(const TensorView& tensor) {
  const Result<std::vector<std::string_view>> elements =
      SplitBytesElements(tensor.bytes, tensor.shape.element_count());
  if (!elements) return "";
  std::string text;
  for (const std::string_view element : *elements) {
    if (!text.empty()) text += ',';
    AppendJsonQuoted(text, element);
  }
  return text;
}

}  // namespace

std::string TensorText(const TensorView& tensor) {
  const ByteView bytes = tensor.bytes;
  switch (tensor.dtype) {
    case DataType::kBool:
      return Join<std::uint8_t>(bytes, [](std::uint8_t value) { return value == 0 ? "0" : "1"; });
    case DataType::kUint8:
      return JoinNumbers<std::uint8_t>(bytes);
    case DataType::kUint16:
      return JoinNumbers<std::uint16_t>(bytes);
    case DataType::kUint32:
      return JoinNumbers<std::uint32_t>(bytes);
    case DataType::kUint64:
      return JoinNumbers<std::uint64_t>(bytes);
    case DataType::kInt8:
      return JoinNumbers<std::int8_t>(bytes);
    case DataType::kInt16:
      return JoinNumbers<std::int16_t>(bytes);
    case DataType::kInt32:
      return JoinNumbers<std::int32_t>(bytes);
    case DataType::kInt64:
      return JoinNumbers<std::int64_t>(bytes);
    case DataType::kFloat32:
      return JoinNumbers<float>(bytes);
    case DataType::kFloat64:
      return JoinNumbers<double>(bytes);
    case DataType::kFloat16:
      return Join<std::uint16_t>(
          bytes, [](std::uint16_t bits) { return fmt::format("{}", FromFloat16(bits)); });
    case DataType::kBfloat16:
      return Join<std::uint16_t>(
          bytes, [](std::uint16_t bits) { return fmt::format("{}", FromBfloat16(bits)); });
    case DataType::kBytes:
      return JoinStrings(tensor);
    default:
      return "";
  }
}

}  // namespace slipway::serving
