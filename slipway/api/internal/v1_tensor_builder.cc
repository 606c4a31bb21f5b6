// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_tensor_builder.h"

#include "slipway/api/internal/json_element.h"
#include "slipway/base/base64.h"
#include "slipway/tensor/bytes_layout.h"

#include <concepts>
#include <limits>
#include <string_view>

namespace slipway::api {
namespace {

template <typename T>
T FromFloat(float value) {
  return value;
}
template <>
Float16 FromFloat<Float16>(float value) {
  return RoundToFloat16(static_cast<double>(value));
}
template <>
Bfloat16 FromFloat<Bfloat16>(float value) {
  return RoundToBfloat16(static_cast<double>(value));
}

template <typename T>
constexpr bool kIsFloat =
    std::floating_point<T> || std::same_as<T, Float16> || std::same_as<T, Bfloat16>;

/// Reads one of the words that stand for what is no finite number; its end, null if there is none.
const char* ReadWord(const char* text, const char* limit, float& value) {
  const std::string_view rest(text, static_cast<std::size_t>(limit - text));
  constexpr std::string_view kNan = "NaN";
  constexpr std::string_view kInfinity = "Infinity";
  constexpr std::string_view kMinusInfinity = "-Infinity";
  if (rest.starts_with(kNan)) {
    value = std::numeric_limits<float>::quiet_NaN();
    return text + kNan.size();
  }
  value = std::numeric_limits<float>::infinity();
  if (rest.starts_with(kInfinity)) return text + kInfinity.size();
  value = -value;
  if (rest.starts_with(kMinusInfinity)) return text + kMinusInfinity.size();
  return nullptr;
}

template <typename T>
NumberEnd AppendElement(const char* text, const char* limit, std::string& bytes) {
  T value{};
  NumberEnd end = ReadElement(text, limit, value);
  if constexpr (kIsFloat<T>) {
    float special = 0;
    if (end.fault == NumberFault::kNotANumber) {
      if (const char* const behind = ReadWord(text, limit, special)) {
        value = FromFloat<T>(special);
        end = {behind};
      }
    }
  }
  if (end.fault == NumberFault::kNone) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  return end;
}

using ReadFunction = NumberEnd (*)(const char*, const char*, std::string&);

ReadFunction FunctionFor(DataType dtype) {
  switch (dtype) {
    case DataType::kBool:
      return &AppendElement<bool>;
    case DataType::kUint8:
      return &AppendElement<std::uint8_t>;
    case DataType::kUint16:
      return &AppendElement<std::uint16_t>;
    case DataType::kUint32:
      return &AppendElement<std::uint32_t>;
    case DataType::kUint64:
      return &AppendElement<std::uint64_t>;
    case DataType::kInt8:
      return &AppendElement<std::int8_t>;
    case DataType::kInt16:
      return &AppendElement<std::int16_t>;
    case DataType::kInt32:
      return &AppendElement<std::int32_t>;
    case DataType::kInt64:
      return &AppendElement<std::int64_t>;
    case DataType::kFloat16:
      return &AppendElement<Float16>;
    case DataType::kBfloat16:
      return &AppendElement<Bfloat16>;
    case DataType::kFloat32:
      return &AppendElement<float>;
    case DataType::kFloat64:
      return &AppendElement<double>;
    default:
      return nullptr;
  }
}

}  // namespace

V1TensorBuilder::V1TensorBuilder(DataType dtype)
    : dtype_(dtype), read_number_(FunctionFor(dtype)) {}

Status V1TensorBuilder::Append(JsonReader& reader) {
  ++count_;
  return ReadValue(reader, 0);
}

Status V1TensorBuilder::AppendBase64(JsonReader& reader) {
  if (dtype_ != DataType::kBytes) {
    return reader.Wrong(reader.cursor(),
                        fmt::format("\"b64\" is for strings, the input is {}", WireName(dtype_)));
  }
  ++count_;
  SLIPWAY_TRY(EnterElement(reader, 0));
  return ReadBytes(reader);
}

Status V1TensorBuilder::ReadValue(JsonReader& reader, std::size_t depth) {
  if (reader.Peek() != JsonKind::kArray) {
    SLIPWAY_TRY(EnterElement(reader, depth));
    return ReadElement(reader);
  }
  if (depth == sizes_.size()) {
    if (has_elements_) return reader.Wrong(reader.cursor(), "deeper than the values before");
    // One is left for the rows.
    if (depth + 1 == Shape::kMaxRank) {
      return reader.Wrong(reader.cursor(), fmt::format("deeper than {} arrays", depth));
    }
    sizes_.push_back(-1);
  }
  std::int64_t count = 0;
  SLIPWAY_TRY(reader.ForEachElement([&]() -> Status {
    ++count;
    return ReadValue(reader, depth + 1);
  }));
  std::int64_t& size = sizes_[depth];
  if (size < 0) size = count;
  if (size == count) return {};
  return reader.Wrong(reader.cursor(),
                      fmt::format("an array of {} ends, those before have {}", count, size));
}

Status V1TensorBuilder::EnterElement(JsonReader& reader, std::size_t depth) {
  if (depth != sizes_.size()) {
    return reader.Wrong(reader.cursor(), "not as deep as the values before");
  }
  has_elements_ = true;
  return {};
}

Status V1TensorBuilder::ReadElement(JsonReader& reader) {
  if (read_number_ != nullptr) return ReadNumber(reader);
  if (dtype_ != DataType::kBytes) {
    return InvalidArgument("{} has no form in JSON", DataTypeName(dtype_));
  }
  if (reader.Peek() != JsonKind::kObject) {
    std::string unescaped;
    SLIPWAY_TRY_ASSIGN(const std::string_view text, reader.ReadText(unescaped));
    return AppendBytesElement(bytes_, text);
  }
  bool is_given = false;
  SLIPWAY_TRY(reader.ForEachMember([&](std::string_view key) -> Status {
    if (key != "b64" || is_given) {
      return reader.Wrong(reader.cursor(), "a string is a string or {\"b64\":\"...\"}");
    }
    is_given = true;
    return ReadBytes(reader);
  }));
  if (!is_given) return reader.Wrong(reader.cursor(), "\"b64\" is missing");
  return {};
}

Status V1TensorBuilder::ReadBytes(JsonReader& reader) {
  std::string unescaped;
  SLIPWAY_TRY_ASSIGN(const std::string_view text, reader.ReadText(unescaped));
  SLIPWAY_TRY_ASSIGN(const std::string bytes, DecodeBase64(text));
  return AppendBytesElement(bytes_, bytes);
}

Status V1TensorBuilder::ReadNumber(JsonReader& reader) {
  reader.Peek();  // Passes over white space.
  const char* const text = reader.cursor();
  const NumberEnd number = read_number_(text, reader.limit(), bytes_);
  if (number.fault != NumberFault::kNone) return reader.WrongNumber(text, number.fault);
  return reader.MoveTo(number.end);
}

Result<Tensor> V1TensorBuilder::TakeValue() { return Take(sizes_); }

Result<Tensor> V1TensorBuilder::TakeRows() {
  std::vector<std::int64_t> sizes = sizes_;
  sizes.insert(sizes.begin(), static_cast<std::int64_t>(count_));
  return Take(std::move(sizes));
}

Result<Tensor> V1TensorBuilder::Take(std::vector<std::int64_t> sizes) {
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(sizes));
  return Tensor::CopyOf({dtype_, shape, AsBytes(bytes_)});
}

}  // namespace slipway::api
