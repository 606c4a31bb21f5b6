// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_tensor_writer.h"

#include "slipway/api/internal/float_text.h"
#include "slipway/api/internal/half_float.h"
#include "slipway/base/json_writer.h"
#include "slipway/base/utf8.h"
#include "slipway/tensor/bytes_layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace slipway::api {
namespace {

constexpr std::string_view kAskForBinary =
    R"(ask for it as binary data: "parameters":{"binary_data":true})";

/// The most characters that an element takes: a double such as -2.2250738585072014e-308.
constexpr std::size_t kMaxElementChars = 32;

char* WriteElement(char* text, double value) {
  // "-0" would come back as the integer 0 from many parsers.
  if (value == 0 && std::signbit(value)) {
    constexpr std::string_view kMinusZero = "-0.0";
    return std::copy(kMinusZero.begin(), kMinusZero.end(), text);
  }
  return std::to_chars(text, text + kMaxElementChars, value).ptr;
}

template <std::integral T>
char* WriteElement(char* text, T value) {
  return std::to_chars(text, text + kMaxElementChars, value).ptr;
}

char* WriteElement(char* text, bool value) {
  const std::string_view word = value ? "true" : "false";
  return std::copy(word.begin(), word.end(), text);
}

float ToFloat(float value) { return value; }

/// Reads an element that may lie anywhere: rows cut out of a batch need not be aligned.
template <typename T>
T Load(const std::byte* place) {
  T value;
  std::memcpy(&value, place, sizeof(T));
  return value;
}

template <>
bool Load<bool>(const std::byte* place) {
  return *place != std::byte{0};
}

/// Elements that are written at a time, so that the string's bookkeeping is not paid for each.
constexpr std::size_t kChunk = 128;

Error NotFinite(std::size_t index) {
  return InvalidArgument("element {} is not finite, which JSON cannot say: {}", index,
                         kAskForBinary);
}

template <typename T>
Status AppendNumbers(std::string& out, ByteView bytes) {
  std::array<char, kChunk*(kMaxElementChars + 1)> chunk;
  const std::size_t count = bytes.size() / sizeof(T);
  for (std::size_t first = 0; first < count; first += kChunk) {
    char* text = chunk.data();
    for (std::size_t i = first; i < std::min(count, first + kChunk); ++i) {
      const T value = Load<T>(bytes.data() + i * sizeof(T));
      if constexpr (std::floating_point<T>) {
        if (!std::isfinite(value)) return NotFinite(i);
      }
      if (i > 0) *text++ = ',';
      text = WriteElement(text, value);
    }
    out.append(chunk.data(), text);
  }
  return {};
}

/// Numbers of 32 bits or fewer, which are written as FP32.
template <typename T>
Status AppendFloats(std::string& out, ByteView bytes) {
  std::array<float, kChunk> values;
  std::array<char, kChunk * kFloatRoom + 1> chunk;
  const std::size_t count = bytes.size() / sizeof(T);
  for (std::size_t first = 0; first < count; first += kChunk) {
    const std::size_t size = std::min(kChunk, count - first);
    for (std::size_t i = 0; i < size; ++i) {
      values[i] = ToFloat(Load<T>(bytes.data() + (first + i) * sizeof(T)));
    }
    const std::span<const float> loaded(values.data(), size);
    const auto broken = std::ranges::find_if_not(loaded, [](float v) { return std::isfinite(v); });
    if (broken != loaded.end()) {
      return NotFinite(first + static_cast<std::size_t>(broken - loaded.begin()));
    }
    chunk[0] = ',';
    char* const end = WriteFloats(chunk.data() + 1, loaded);
    out.append(chunk.data() + (first == 0 ? 1 : 0), end);
  }
  return {};
}

Status AppendStrings(std::string& out, const TensorView& tensor) {
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string_view> elements,
                     SplitBytesElements(tensor.bytes, tensor.shape.element_count()));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!IsUtf8(elements[i])) {
      return InvalidArgument("element {} is not UTF-8, which JSON cannot carry: {}", i,
                             kAskForBinary);
    }
    if (i > 0) out += ',';
    AppendJsonQuoted(out, elements[i]);
  }
  return {};
}

Status AppendElements(std::string& out, const TensorView& tensor) {
  switch (tensor.dtype) {
    case DataType::kBool:
      return AppendNumbers<bool>(out, tensor.bytes);
    case DataType::kUint8:
      return AppendNumbers<std::uint8_t>(out, tensor.bytes);
    case DataType::kUint16:
      return AppendNumbers<std::uint16_t>(out, tensor.bytes);
    case DataType::kUint32:
      return AppendNumbers<std::uint32_t>(out, tensor.bytes);
    case DataType::kUint64:
      return AppendNumbers<std::uint64_t>(out, tensor.bytes);
    case DataType::kInt8:
      return AppendNumbers<std::int8_t>(out, tensor.bytes);
    case DataType::kInt16:
      return AppendNumbers<std::int16_t>(out, tensor.bytes);
    case DataType::kInt32:
      return AppendNumbers<std::int32_t>(out, tensor.bytes);
    case DataType::kInt64:
      return AppendNumbers<std::int64_t>(out, tensor.bytes);
    case DataType::kFloat16:
      return AppendFloats<Float16>(out, tensor.bytes);
    case DataType::kBfloat16:
      return AppendFloats<Bfloat16>(out, tensor.bytes);
    case DataType::kFloat32:
      return AppendFloats<float>(out, tensor.bytes);
    case DataType::kFloat64:
      return AppendNumbers<double>(out, tensor.bytes);
    case DataType::kBytes:
      return AppendStrings(out, tensor);
    default:
      return InvalidArgument("{} has no form in JSON", DataTypeName(tensor.dtype));
  }
}

}  // namespace

Status AppendJsonTensor(std::string& out, const TensorView& tensor) {
  out += '[';
  SLIPWAY_TRY(AppendElements(out, tensor));
  out += ']';
  return {};
}

}  // namespace slipway::api
