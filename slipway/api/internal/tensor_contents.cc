// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/tensor_contents.h"

#include "slipway/tensor/bytes_layout.h"

#include <string>
#include <utility>

namespace slipway::api {
namespace {

Status CheckCount(const Shape& shape, int count) {
  if (shape.element_count() == count) return {};
  return InvalidArgument("shape {} has {} elements, the typed contents {}", ToString(shape),
                         shape.element_count(), count);
}

/// A tensor of `Element` with the values of `list`, each of which must fit.
template <typename Element, typename List>
Result<Tensor> FromList(const Shape& shape, const List& list) {
  SLIPWAY_TRY(CheckCount(shape, list.size()));
  SLIPWAY_TRY_ASSIGN(Tensor tensor, Tensor::Zeros(DataTypeOf<Element>::kValue, shape));
  const std::span<Element> elements = tensor.mutable_elements<Element>();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto value = list.Get(static_cast<int>(i));
    elements[i] = static_cast<Element>(value);
    if constexpr (std::is_integral_v<Element>) {
      if (std::cmp_not_equal(static_cast<decltype(value)>(elements[i]), value)) {
        return InvalidArgument("element {} is {}, which is out of range for {}", i, value,
                               WireName(tensor.dtype()));
      }
    }
  }
  return tensor;
}

Result<Tensor> FromBools(const Shape& shape, const inference::InferTensorContents& contents) {
  SLIPWAY_TRY(CheckCount(shape, contents.bool_contents_size()));
  SLIPWAY_TRY_ASSIGN(Tensor tensor, Tensor::Zeros(DataType::kBool, shape));
  std::ranges::copy(contents.bool_contents(), tensor.mutable_elements<bool>().begin());
  return tensor;
}

Result<Tensor> FromStrings(const Shape& shape, const inference::InferTensorContents& contents) {
  SLIPWAY_TRY(CheckCount(shape, contents.bytes_contents_size()));
  std::string layout;
  for (const std::string& element : contents.bytes_contents()) {
    SLIPWAY_TRY(AppendBytesElement(layout, element));
  }
  return Tensor::CopyOf({DataType::kBytes, shape, AsBytes(layout)});
}

}  // namespace

Result<Tensor> TensorFromContents(DataType dtype, const Shape& shape,
                                  const inference::InferTensorContents& contents) {
  switch (dtype) {
    case DataType::kBool:
      return FromBools(shape, contents);
    case DataType::kUint8:
      return FromList<std::uint8_t>(shape, contents.uint_contents());
    case DataType::kUint16:
      return FromList<std::uint16_t>(shape, contents.uint_contents());
    case DataType::kUint32:
      return FromList<std::uint32_t>(shape, contents.uint_contents());
    case DataType::kUint64:
      return FromList<std::uint64_t>(shape, contents.uint64_contents());
    case DataType::kInt8:
      return FromList<std::int8_t>(shape, contents.int_contents());
    case DataType::kInt16:
      return FromList<std::int16_t>(shape, contents.int_contents());
    case DataType::kInt32:
      return FromList<std::int32_t>(shape, contents.int_contents());
    case DataType::kInt64:
      return FromList<std::int64_t>(shape, contents.int64_contents());
    case DataType::kFloat32:
      return FromList<float>(shape, contents.fp32_contents());
    case DataType::kFloat64:
      return FromList<double>(shape, contents.fp64_contents());
    case DataType::kBytes:
      return FromStrings(shape, contents);
    default:
      return InvalidArgument("{} has no typed contents: send it in raw_input_contents",
                             WireName(dtype));
  }
}

}  // namespace slipway::api
