// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/tensor_codec.h"

#include "slipway/tensor/bytes_layout.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace slipway::graph {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX files are little endian");

using onnx::TensorProto;

constexpr std::array<std::pair<DataType, TensorProto::DataType>, 18> kTypes = {{
    {DataType::kBool, TensorProto::BOOL},
    {DataType::kUint8, TensorProto::UINT8},
    {DataType::kUint16, TensorProto::UINT16},
    {DataType::kUint32, TensorProto::UINT32},
    {DataType::kUint64, TensorProto::UINT64},
    {DataType::kInt8, TensorProto::INT8},
    {DataType::kInt16, TensorProto::INT16},
    {DataType::kInt32, TensorProto::INT32},
    {DataType::kInt64, TensorProto::INT64},
    {DataType::kFloat16, TensorProto::FLOAT16},
    {DataType::kBfloat16, TensorProto::BFLOAT16},
    {DataType::kFloat32, TensorProto::FLOAT},
    {DataType::kFloat64, TensorProto::DOUBLE},
    {DataType::kBytes, TensorProto::STRING},
    {DataType::kUint4, TensorProto::UINT4},
    {DataType::kInt4, TensorProto::INT4},
    {DataType::kUint2, TensorProto::UINT2},
    {DataType::kInt2, TensorProto::INT2},
}};

/// Bits of one element of the type that ONNX numbers `onnx_type`; 0 for strings and for types that
/// no ONNX version up to IR 13 has.
std::uint64_t OnnxElementBits(std::int32_t onnx_type) {
  if (const std::optional<DataType> type = DataTypeFromOnnx(onnx_type)) return ElementBits(*type);
  switch (onnx_type) {
    case TensorProto::FLOAT4E2M1:
      return 4;
    case TensorProto::FLOAT8E4M3FN:
    case TensorProto::FLOAT8E4M3FNUZ:
    case TensorProto::FLOAT8E5M2:
    case TensorProto::FLOAT8E5M2FNUZ:
    case TensorProto::FLOAT8E8M0:
      return 8;
    case TensorProto::COMPLEX64:
      return 64;
    case TensorProto::COMPLEX128:
      return 128;
    default:
      return 0;
  }
}

Result<Shape> ShapeOf(const TensorProto& proto) {
  return Shape::Create({proto.dims().data(), static_cast<std::size_t>(proto.dims_size())});
}

/// Bytes that the values of `proto` take in raw form.
Result<std::uint64_t> RawByteCount(const TensorProto& proto, const Shape& shape) {
  const std::uint64_t bits = OnnxElementBits(proto.data_type());
  const auto count = static_cast<std::uint64_t>(shape.element_count());
  std::uint64_t total_bits = 0;
  if (bits == 0 || __builtin_mul_overflow(count, bits, &total_bits)) {
    return InvalidArgument("a tensor of shape {} and ONNX data type {} has no raw form",
                           ToString(shape), proto.data_type());
  }
  return total_bits / 8 + (total_bits % 8 == 0 ? 0 : 1);
}

Error WrongCount(const Shape& shape, std::uint64_t wanted, std::uint64_t got,
                 std::string_view unit) {
  return InvalidArgument("shape {} asks for {} {}, the file has {}", ToString(shape), wanted, unit,
                         got);
}

/// A tensor of these bytes; bools are checked, because a byte that is neither 0 nor 1 is none.
Result<Tensor> FromRaw(DataType type, const Shape& shape, ByteView bytes) {
  const auto is_bool = [](std::byte value) { return std::to_integer<unsigned>(value) <= 1; };
  if (type == DataType::kBool && !std::ranges::all_of(bytes, is_bool)) {
    return InvalidArgument("a bool is neither 0 nor 1");
  }
  return Tensor::CopyOf({type, shape, bytes});
}

Result<Tensor> FromStrings(const TensorProto& proto, const Shape& shape) {
  const auto wanted = static_cast<std::uint64_t>(shape.element_count());
  const auto got = static_cast<std::uint64_t>(proto.string_data_size());
  if (wanted != got) return WrongCount(shape, wanted, got, "strings");
  std::string bytes;
  for (const std::string& element : proto.string_data()) {
    SLIPWAY_TRY(AppendBytesElement(bytes, element));
  }
  return Tensor::CopyOf({DataType::kBytes, shape, AsBytes(bytes)});
}

/// A tensor of the numbers in a typed field, each cut to `T`. For sub-byte types one number holds
/// one packed byte.
template <typename T, typename Numbers>
Result<Tensor> FromNumbers(DataType type, const Shape& shape, const Numbers& numbers) {
  const auto count = static_cast<std::uint64_t>(shape.element_count());
  const std::uint64_t wanted = ByteSizeOf(type, count).value_or(0) / sizeof(T);
  const auto got = static_cast<std::uint64_t>(numbers.size());
  if (wanted != got) return WrongCount(shape, wanted, got, "numbers");
  SLIPWAY_TRY_ASSIGN(Tensor tensor, Tensor::Zeros(type, shape));
  std::byte* to = tensor.mutable_bytes().data();
  for (const auto number : numbers) {
    const auto narrowed = static_cast<T>(number);
    std::memcpy(to, &narrowed, sizeof(T));
    to += sizeof(T);
  }
  return tensor;
}

/// As above for a field whose numbers may be out of the range of the type.
template <typename T, typename Numbers>
Result<Tensor> FromWideNumbers(DataType type, const Shape& shape, const Numbers& numbers) {
  const auto fits = [](auto number) { return std::in_range<T>(number); };
  if (!std::ranges::all_of(numbers, fits)) {
    return InvalidArgument("a value is out of the range of {}", DataTypeName(type));
  }
  return FromNumbers<T>(type, shape, numbers);
}

Result<Tensor> FromInt32Data(DataType type, const Shape& shape, const TensorProto& proto) {
  const auto& numbers = proto.int32_data();
  switch (type) {
    case DataType::kBool:
      if (!std::ranges::all_of(numbers,
                               [](std::int32_t value) { return value == 0 || value == 1; })) {
        return InvalidArgument("a bool is neither 0 nor 1");
      }
      return FromNumbers<std::uint8_t>(type, shape, numbers);
    case DataType::kUint8:
    case DataType::kUint4:
    case DataType::kUint2:
      return FromWideNumbers<std::uint8_t>(type, shape, numbers);
    case DataType::kInt8:
      return FromWideNumbers<std::int8_t>(type, shape, numbers);
    case DataType::kInt4:
    case DataType::kInt2:
      // Packed bytes: writers put them there signed or unsigned.
      return FromNumbers<std::uint8_t>(type, shape, numbers);
    case DataType::kUint16:
    case DataType::kFloat16:
    case DataType::kBfloat16:
      return FromWideNumbers<std::uint16_t>(type, shape, numbers);
    case DataType::kInt16:
      return FromWideNumbers<std::int16_t>(type, shape, numbers);
    default:
      return FromNumbers<std::int32_t>(type, shape, numbers);
  }
}

Result<Tensor> FromTypedFields(DataType type, const Shape& shape, const TensorProto& proto) {
  switch (type) {
    case DataType::kFloat32:
      return FromNumbers<float>(type, shape, proto.float_data());
    case DataType::kFloat64:
      return FromNumbers<double>(type, shape, proto.double_data());
    case DataType::kInt64:
      return FromNumbers<std::int64_t>(type, shape, proto.int64_data());
    case DataType::kUint64:
      return FromNumbers<std::uint64_t>(type, shape, proto.uint64_data());
    case DataType::kUint32:
      return FromWideNumbers<std::uint32_t>(type, shape, proto.uint64_data());
    default:
      return FromInt32Data(type, shape, proto);
  }
}

}  // namespace

std::optional<DataType> DataTypeFromOnnx(std::int32_t onnx_type) {
  const auto* const found =
      std::ranges::find(kTypes, onnx_type, [](const auto& pair) { return pair.second; });
  if (found == kTypes.end()) return std::nullopt;
  return found->first;
}

std::int32_t OnnxDataType(DataType type) {
  return std::ranges::find(kTypes, type, [](const auto& pair) { return pair.first; })->second;
}

Result<ByteView> ExternalBytes(const TensorProto& proto, const ExternalFiles& files) {
  SLIPWAY_TRY_ASSIGN(const Shape shape, ShapeOf(proto));
  SLIPWAY_TRY_ASSIGN(const std::uint64_t wanted, RawByteCount(proto, shape));
  ExternalReference reference;
  for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
    SLIPWAY_TRY(reference.Add(entry.key(), entry.value()));
  }
  if (reference.length.value_or(wanted) != wanted) {
    return InvalidArgument("shape {} asks for {} bytes, its external data has {}", ToString(shape),
                           wanted, *reference.length);
  }
  return ResolveExternal(reference, files, wanted);
}

Result<Tensor> DecodeTensor(const TensorProto& proto, const ExternalFiles& files) {
  const std::optional<DataType> type = DataTypeFromOnnx(proto.data_type());
  if (!type) return InvalidArgument("ONNX data type {} is not handled", proto.data_type());
  if (proto.has_segment()) return InvalidArgument("tensors in segments are not supported");
  SLIPWAY_TRY_ASSIGN(const Shape shape, ShapeOf(proto));
  if (proto.data_location() == TensorProto::EXTERNAL) {
    SLIPWAY_TRY_ASSIGN(const ByteView bytes, ExternalBytes(proto, files));
    return FromRaw(*type, shape, bytes);
  }
  if (*type == DataType::kBytes) return FromStrings(proto, shape);
  if (proto.has_raw_data()) return FromRaw(*type, shape, AsBytes(proto.raw_data()));
  return FromTypedFields(*type, shape, proto);
}

Status EncodeTensor(const Tensor& tensor, TensorProto& proto) {
  for (const std::int64_t size : tensor.shape().sizes()) proto.add_dims(size);
  proto.set_data_type(OnnxDataType(tensor.dtype()));
  if (tensor.dtype() != DataType::kBytes) {
    proto.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
    return {};
  }
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string_view> elements,
                     SplitBytesElements(tensor.bytes(), tensor.shape().element_count()));
  for (const std::string_view element : elements) {
    proto.add_string_data(element.data(), element.size());
  }
  return {};
}

void ClearValues(TensorProto& proto) {
  proto.clear_dims();
  proto.clear_data_type();
  proto.clear_float_data();
  proto.clear_int32_data();
  proto.clear_string_data();
  proto.clear_int64_data();
  proto.clear_raw_data();
  proto.clear_double_data();
  proto.clear_uint64_data();
  proto.clear_external_data();
  proto.clear_data_location();
}

}  // namespace slipway::graph
