// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnxruntime_c_api.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway::kernels {

/// What `status` says; releases it. Nothing if it is null.
std::expected<void, std::string> TakeStatus(const OrtApi& api, OrtStatus* status);

/// What a model says of one of its nodes: attributes, and inputs that are constants. Messages name
/// what is wrong with them.
class OperatorDescription {
 public:
  OperatorDescription(const OrtApi& api, const OrtKernelInfo& info) : api_(api), info_(info) {}

  /// An attribute that may not be negative, nor absent unless there is something to take otherwise.
  std::expected<std::size_t, std::string> Size(
      const char* name, std::optional<std::size_t> otherwise = std::nullopt) const;
  /// An attribute, or `otherwise` if it is absent.
  std::string TextOr(const char* name, const char* otherwise) const;

  /// The elements of constant input `index`; empty if the node has no such input.
  std::expected<std::span<const std::uint8_t>, std::string> Bytes(std::size_t index) const;
  std::expected<std::span<const std::uint16_t>, std::string> Words(std::size_t index) const;
  /// Those of float16 are widened.
  std::expected<std::vector<float>, std::string> Floats(std::size_t index) const;

 private:
  // A constant, or none.
  struct Constant {
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    const void* data = nullptr;
    std::size_t count = 0;
  };
  std::expected<Constant, std::string> Find(std::size_t index) const;
  bool HasInput(std::size_t index) const;
  template <typename T>
  std::expected<std::span<const T>, std::string> Elements(std::size_t index,
                                                          ONNXTensorElementDataType type) const;

  const OrtApi& api_;
  const OrtKernelInfo& info_;
};

}  // namespace slipway::kernels
