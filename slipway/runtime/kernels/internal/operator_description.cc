// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/operator_description.h"

#include <onnxruntime_float16.h>

namespace slipway::kernels {
namespace {

struct Half : onnxruntime_float16::Float16Impl<Half> {
  float ToFloat() const { return ToFloatImpl(); }
};

std::unexpected<std::string> Fault(std::size_t index, const std::string& what) {
  return std::unexpected("input " + std::to_string(index) + " " + what);
}

}  // namespace

std::expected<void, std::string> TakeStatus(const OrtApi& api, OrtStatus* status) {
  if (status == nullptr) return {};
  std::string message = api.GetErrorMessage(status);
  api.ReleaseStatus(status);
  return std::unexpected(std::move(message));
}

std::expected<std::size_t, std::string> OperatorDescription::Size(
    const char* name, std::optional<std::size_t> otherwise) const {
  std::int64_t value = 0;
  const auto got = TakeStatus(api_, api_.KernelInfoGetAttribute_int64(&info_, name, &value));
  if (!got && otherwise) return *otherwise;
  if (!got) return std::unexpected("attribute " + std::string(name) + " is missing: want a number");
  if (value < 0) {
    return std::unexpected("attribute " + std::string(name) + " is " + std::to_string(value));
  }
  return static_cast<std::size_t>(value);
}

std::string OperatorDescription::TextOr(const char* name, const char* otherwise) const {
  std::size_t size = 0;
  const auto sized =
      TakeStatus(api_, api_.KernelInfoGetAttribute_string(&info_, name, nullptr, &size));
  if (!sized || size == 0) return otherwise;
  std::string text(size, '\0');
  const auto got =
      TakeStatus(api_, api_.KernelInfoGetAttribute_string(&info_, name, text.data(), &size));
  if (!got) return otherwise;
  text.resize(size - 1);  // The library counts the zero at the end.
  return text;
}

std::expected<std::span<const std::uint8_t>, std::string> OperatorDescription::Bytes(
    std::size_t index) const {
  return Elements<std::uint8_t>(index, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8);
}

std::expected<std::span<const std::uint16_t>, std::string> OperatorDescription::Words(
    std::size_t index) const {
  return Elements<std::uint16_t>(index, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16);
}

std::expected<std::vector<float>, std::string> OperatorDescription::Floats(
    std::size_t index) const {
  const auto constant = Find(index);
  if (!constant) return std::unexpected(constant.error());
  if (constant->type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16) {
    std::vector<float> numbers;
    for (const Half& half : std::span(static_cast<const Half*>(constant->data), constant->count)) {
      numbers.push_back(half.ToFloat());
    }
    return numbers;
  }
  const auto numbers = Elements<float>(index, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  if (!numbers) return std::unexpected(numbers.error());
  return std::vector<float>(numbers->begin(), numbers->end());
}

template <typename T>
std::expected<std::span<const T>, std::string> OperatorDescription::Elements(
    std::size_t index, ONNXTensorElementDataType type) const {
  const auto constant = Find(index);
  if (!constant) return std::unexpected(constant.error());
  if (constant->data == nullptr) return std::span<const T>();
  if (constant->type != type) {
    return Fault(index, "has elements of type " + std::to_string(constant->type) + ": want " +
                            std::to_string(type));
  }
  return std::span(static_cast<const T*>(constant->data), constant->count);
}

std::expected<OperatorDescription::Constant, std::string> OperatorDescription::Find(
    std::size_t index) const {
  if (!HasInput(index)) return Constant{};
  int is_constant = 0;
  const OrtValue* value = nullptr;
  auto got =
      TakeStatus(api_, api_.KernelInfoGetConstantInput_tensor(&info_, index, &is_constant, &value));
  if (!got) return Fault(index, got.error());
  if (is_constant == 0 || value == nullptr) return Fault(index, "is no constant: want one");
  OrtTensorTypeAndShapeInfo* shape = nullptr;
  got = TakeStatus(api_, api_.GetTensorTypeAndShape(value, &shape));
  if (!got) return Fault(index, got.error());
  Constant constant;
  void* data = nullptr;
  got = TakeStatus(api_, api_.GetTensorElementType(shape, &constant.type));
  if (got) got = TakeStatus(api_, api_.GetTensorShapeElementCount(shape, &constant.count));
  // The library's interface to read a tensor is the one to write it.
  if (got) got = TakeStatus(api_, api_.GetTensorMutableData(const_cast<OrtValue*>(value), &data));
  api_.ReleaseTensorTypeAndShapeInfo(shape);
  if (!got) return Fault(index, got.error());
  if (constant.count == 0) return Fault(index, "has no elements");
  constant.data = data;
  return constant;
}

// An optional input that is left out in front of others has an empty name.
bool OperatorDescription::HasInput(std::size_t index) const {
  std::size_t count = 0;
  if (!TakeStatus(api_, api_.KernelInfo_GetInputCount(&info_, &count)) || index >= count) {
    return false;
  }
  std::size_t size = 0;
  const auto sized = TakeStatus(api_, api_.KernelInfo_GetInputName(&info_, index, nullptr, &size));
  return sized && size > 1;
}

}  // namespace slipway::kernels
