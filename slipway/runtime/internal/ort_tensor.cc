// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/ort_tensor.h"

#include "slipway/tensor/bytes_layout.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace slipway::runtime {
namespace {

constexpr std::array<std::pair<DataType, ONNXTensorElementDataType>, 16> kTypes = {{
    {DataType::kFloat32, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT},
    {DataType::kBool, ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL},
    {DataType::kUint8, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8},
    {DataType::kUint16, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16},
    {DataType::kUint32, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32},
    {DataType::kUint64, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64},
    {DataType::kInt8, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8},
    {DataType::kInt16, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16},
    {DataType::kInt32, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32},
    {DataType::kInt64, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64},
    {DataType::kFloat16, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16},
    {DataType::kBfloat16, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16},
    {DataType::kFloat64, ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE},
    {DataType::kBytes, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING},
    {DataType::kUint4, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT4},
    {DataType::kInt4, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4},
}};

const OrtMemoryInfo& CpuMemory() {
  static const auto* const memory = [] {
    OrtMemoryInfo* made = nullptr;
    SLIPWAY_CHECK(Api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &made) ==
                  nullptr);
    return made;
  }();
  return *memory;
}

OrtAllocator& DefaultAllocator() {
  static auto* const allocator = [] {
    OrtAllocator* found = nullptr;
    SLIPWAY_CHECK(Api().GetAllocatorWithDefaultOptions(&found) == nullptr);
    return found;
  }();
  return *allocator;
}

Result<Shape> ShapeOf(const OrtValue& value) {
  const OrtApi& api = Api();
  SLIPWAY_TRY_ASSIGN(const OrtOwned<OrtTensorTypeAndShapeInfo> info,
                     MakeOrt<OrtTensorTypeAndShapeInfo>([&](OrtTensorTypeAndShapeInfo** out) {
                       return api.GetTensorTypeAndShape(&value, out);
                     }));
  std::size_t rank = 0;
  SLIPWAY_TRY(ToStatus(api.GetDimensionsCount(info.get(), &rank)));
  if (rank > Shape::kMaxRank) {
    return MakeError(ErrorCode::kUnimplemented,
                     "an output has {} dimensions: at most {} are handled", rank, Shape::kMaxRank);
  }
  std::array<std::int64_t, Shape::kMaxRank> sizes = {};
  SLIPWAY_TRY(ToStatus(api.GetDimensions(info.get(), sizes.data(), rank)));
  return Shape::Create(std::span(sizes).first(rank));
}

/// Lays the strings of `value` out as in `bytes_layout.h`.
Result<SharedTensor> ShareStrings(const OrtValue& value, const Shape& shape) {
  const auto count = static_cast<std::size_t>(shape.element_count());
  const auto bytes = std::make_shared<std::string>();
  std::string element;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t length = 0;
    SLIPWAY_TRY(ToStatus(Api().GetStringTensorElementLength(&value, i, &length)));
    element.resize(length);
    SLIPWAY_TRY(ToStatus(Api().GetStringTensorElement(&value, length, i, element.data())));
    SLIPWAY_TRY(AppendBytesElement(*bytes, element));
  }
  return SharedTensor{{DataType::kBytes, shape, AsBytes(*bytes)}, bytes};
}

}  // namespace

std::optional<DataType> FromOrtType(ONNXTensorElementDataType type) {
  const auto found = std::ranges::find(kTypes, type, [](const auto& pair) { return pair.second; });
  if (found == kTypes.end()) return std::nullopt;
  return found->first;
}

ONNXTensorElementDataType ToOrtType(DataType type) {
  const auto found = std::ranges::find(kTypes, type, [](const auto& pair) { return pair.first; });
  return found == kTypes.end() ? ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED : found->second;
}

Result<OrtOwned<OrtValue>> ValueOver(const TensorView& view) {
  // An empty tensor may have no address, but the library insists on one.
  static constexpr std::byte kNothing{};
  const std::byte* const data = view.bytes.empty() ? &kNothing : view.bytes.data();
  return MakeOrt<OrtValue>([&](OrtValue** out) {
    // Sessions only read their inputs; the interface serves outputs too.
    return Api().CreateTensorWithDataAsOrtValue(&CpuMemory(), const_cast<std::byte*>(data),
                                                view.bytes.size(), view.shape.sizes().data(),
                                                view.shape.rank(), ToOrtType(view.dtype), out);
  });
}

Result<OrtOwned<OrtValue>> ValueOfStrings(const TensorView& view) {
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string_view> elements,
                     SplitBytesElements(view.bytes, view.shape.element_count()));
  SLIPWAY_TRY_ASSIGN(OrtOwned<OrtValue> value, MakeOrt<OrtValue>([&](OrtValue** out) {
                       return Api().CreateTensorAsOrtValue(
                           &DefaultAllocator(), view.shape.sizes().data(), view.shape.rank(),
                           ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, out);
                     }));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    // Elements may hold NUL, which the functions that take C strings would cut at.
    char* place = nullptr;
    SLIPWAY_TRY(ToStatus(
        Api().GetResizedStringTensorElementBuffer(value.get(), i, elements[i].size(), &place)));
    std::ranges::copy(elements[i], place);
  }
  return value;
}

Result<SharedTensor> ShareTensor(OrtOwned<OrtValue> value, DataType dtype) {
  SLIPWAY_TRY_ASSIGN(const Shape shape, ShapeOf(*value));
  if (dtype == DataType::kBytes) return ShareStrings(*value, shape);
  void* data = nullptr;
  SLIPWAY_TRY(ToStatus(Api().GetTensorMutableData(value.get(), &data)));
  const std::optional<std::uint64_t> size =
      ByteSizeOf(dtype, static_cast<std::uint64_t>(shape.element_count()));
  const ByteView bytes(static_cast<const std::byte*>(data), size.value_or(0));
  return SharedTensor{{dtype, shape, bytes}, std::shared_ptr<const OrtValue>(std::move(value))};
}

}  // namespace slipway::runtime
