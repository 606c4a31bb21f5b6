// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_tensor_reader.h"

#include "slipway/api/internal/json_element.h"
#include "slipway/tensor/bytes_layout.h"

#include <span>
#include <string>
#include <string_view>

namespace slipway::api {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

const char* SkipSpace(const char* text) {
  // Most often there is none, which one comparison tells.
  while (static_cast<unsigned char>(*text) <= ' ' && IsSpace(*text)) ++text;
  return text;
}

Error WrongCount(std::size_t wanted, std::string_view got) {
  return InvalidArgument("the shape has {} elements, the data {}", wanted, got);
}

/// The loop over an array of numbers: the part of a request that can be megabytes long, so it works
/// on bare characters. Every character that it passes is checked, and the document's final NUL is
/// none that it passes.
template <typename T>
class NumberArray {
 public:
  NumberArray(JsonReader& reader, std::span<T> elements) : reader_(reader), elements_(elements) {}

  Status Read() {
    const char* text = SkipSpace(reader_.cursor());
    if (*text != '[') return reader_.WrongKind("an array");
    do {
      // Here a value is expected: a number or one more array.
      if (*text == '[') {
        SLIPWAY_TRY_ASSIGN(text, Open(text));
        if (*text != ']') continue;
      } else {
        SLIPWAY_TRY_ASSIGN(text, ReadRow(text));
      }
      SLIPWAY_TRY_ASSIGN(text, Close(text));
    } while (depth_ > 0);
    SLIPWAY_TRY(reader_.MoveTo(text));
    if (count_ != elements_.size()) return WrongCount(elements_.size(), std::to_string(count_));
    return {};
  }

 private:
  Result<const char*> Open(const char* text) {
    if (++depth_ > JsonReader::kMaxDepth) {
      return reader_.Wrong(text,
                           fmt::format("nested deeper than {} levels", JsonReader::kMaxDepth));
    }
    return SkipSpace(text + 1);
  }

  /// Reads the number at `text` and those that follow it, up to what is no comma and number.
  Result<const char*> ReadRow(const char* text) {
    if (count_ == elements_.size()) {
      const std::ptrdiff_t place = text - reader_.cursor();
      return WrongCount(count_, fmt::format("more, from byte {} on",
                                            reader_.offset() + static_cast<std::size_t>(place)));
    }
    const char* const limit = reader_.limit();
    const std::span<T> elements = elements_;
    std::size_t count = count_;
    for (;; ++count) {
      const NumberEnd number = ReadElement(text, limit, elements[count]);
      if (number.fault != NumberFault::kNone) return reader_.WrongNumber(text, number.fault);
      text = SkipSpace(number.end);
      if (*text != ',' || count + 1 == elements.size()) break;
      const char* const next = SkipSpace(text + 1);
      if (*next == '[') break;
      text = next;
    }
    count_ = count + 1;
    return text;
  }

  /// Takes the brackets that close here, then the comma unless the outermost was among them.
  Result<const char*> Close(const char* text) {
    for (; *text == ']'; text = SkipSpace(text)) {
      ++text;
      if (--depth_ == 0) return text;
    }
    if (*text != ',') return reader_.Wrong(text, "expected ',' or ']'");
    return SkipSpace(text + 1);
  }

  JsonReader& reader_;
  std::span<T> elements_;
  std::size_t count_ = 0;
  std::size_t depth_ = 0;
};

template <typename T>
Status ReadNumbers(JsonReader& reader, Tensor& tensor) {
  const MutableByteView bytes = tensor.mutable_bytes();
  return NumberArray<T>(reader, {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)})
      .Read();
}

Status ReadElements(JsonReader& reader, Tensor& tensor) {
  switch (tensor.dtype()) {
    case DataType::kBool:
      return ReadNumbers<bool>(reader, tensor);
    case DataType::kUint8:
      return ReadNumbers<std::uint8_t>(reader, tensor);
    case DataType::kUint16:
      return ReadNumbers<std::uint16_t>(reader, tensor);
    case DataType::kUint32:
      return ReadNumbers<std::uint32_t>(reader, tensor);
    case DataType::kUint64:
      return ReadNumbers<std::uint64_t>(reader, tensor);
    case DataType::kInt8:
      return ReadNumbers<std::int8_t>(reader, tensor);
    case DataType::kInt16:
      return ReadNumbers<std::int16_t>(reader, tensor);
    case DataType::kInt32:
      return ReadNumbers<std::int32_t>(reader, tensor);
    case DataType::kInt64:
      return ReadNumbers<std::int64_t>(reader, tensor);
    case DataType::kFloat16:
      return ReadNumbers<Float16>(reader, tensor);
    case DataType::kBfloat16:
      return ReadNumbers<Bfloat16>(reader, tensor);
    case DataType::kFloat32:
      return ReadNumbers<float>(reader, tensor);
    case DataType::kFloat64:
      return ReadNumbers<double>(reader, tensor);
    default:
      return InvalidArgument("{} has no form in JSON", DataTypeName(tensor.dtype()));
  }
}

/// Passes over the array that comes next, adding its elements to `count`.
Status CountElements(JsonReader& reader, std::size_t& count) {
  return reader.ForEachElement([&]() -> Status {
    if (reader.Peek() == JsonKind::kArray) return CountElements(reader, count);
    ++count;
    return reader.SkipValue();
  });
}

/// Appends the strings of the array that comes next to `layout`, counting them.
Status AppendStrings(JsonReader& reader, std::string& layout, std::size_t& count) {
  return reader.ForEachElement([&]() -> Status {
    if (reader.Peek() == JsonKind::kArray) return AppendStrings(reader, layout, count);
    std::string unescaped;
    SLIPWAY_TRY_ASSIGN(const std::string_view element, reader.ReadText(unescaped));
    ++count;
    return AppendBytesElement(layout, element);
  });
}

Result<Tensor> ReadStrings(JsonReader& reader, const Shape& shape) {
  std::string layout;
  std::size_t count = 0;
  SLIPWAY_TRY(AppendStrings(reader, layout, count));
  const auto wanted = static_cast<std::size_t>(shape.element_count());
  if (count != wanted) return WrongCount(wanted, std::to_string(count));
  return Tensor::CopyOf({DataType::kBytes, shape, AsBytes(layout)});
}

}  // namespace

Result<Tensor> ReadJsonTensor(JsonReader& reader, DataType dtype, const Shape& shape) {
  if (reader.Peek() != JsonKind::kArray) return reader.WrongKind("an array");
  if (dtype == DataType::kBytes) return ReadStrings(reader, shape);
  const auto count = static_cast<std::uint64_t>(shape.element_count());
  // The shortest array of n elements, [0,0,...], has 2n + 1 characters.
  const auto left = static_cast<std::uint64_t>(reader.limit() - reader.cursor());
  if (count > left / 2) {
    std::size_t got = 0;
    SLIPWAY_TRY(CountElements(reader, got));
    return WrongCount(count, std::to_string(got));
  }
  SLIPWAY_TRY_ASSIGN(Tensor tensor, Tensor::Zeros(dtype, shape));
  SLIPWAY_TRY(ReadElements(reader, tensor));
  return tensor;
}

}  // namespace slipway::api
