// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/check.h"
#include "slipway/tensor/data_type.h"
#include "slipway/tensor/shape.h"

#include <cstring>
#include <memory>
#include <span>

namespace slipway {

/// A tensor whose bytes someone else owns: row-major, no padding, for kBytes as in
/// `bytes_layout.h`.
struct TensorView {
  DataType dtype = DataType::kFloat32;
  Shape shape;
  ByteView bytes;

  /// The elements as `T`, which must be the C++ type of `dtype`. The bytes must be aligned for it,
  /// as those of a `Tensor` are.
  template <typename T>
  std::span<const T> elements() const {
    SLIPWAY_CHECK(dtype == DataTypeOf<T>::kValue);
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

/// A view together with what keeps its bytes alive. The owner is shared because the responses cut
/// out of one batch all point into the engine's one output.
struct SharedTensor {
  TensorView view;
  std::shared_ptr<const void> owner;
};

/// Checks that `view` has as many bytes as its type and shape ask for; for kBytes, that its
/// elements are well laid out. kInvalidArgument otherwise.
Status CheckByteCount(const TensorView& view);

/// A tensor that owns its bytes, aligned to 64 for SIMD loads. Moves only: a copy is a `Clone()`.
class Tensor {
 public:
  /// An empty float32 tensor of shape [0].
  Tensor() : shape_({0}) {}
  /// A zero-filled tensor of a fixed-size type. kInvalidArgument for kBytes,
  /// kResourceExhausted if it would not fit the address space.
  static Result<Tensor> Zeros(DataType dtype, const Shape& shape);
  /// A tensor that holds a copy of `view`, whose byte count is checked.
  static Result<Tensor> CopyOf(const TensorView& view);
  /// A tensor with these elements; there are as many as `shape` has.
  template <typename T>
  static Tensor Of(const Shape& shape, std::span<const T> elements);

  DataType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  ByteView bytes() const { return {data_.get(), size_}; }
  MutableByteView mutable_bytes() { return {data_.get(), size_}; }
  TensorView view() const { return {dtype_, shape_, bytes()}; }
  template <typename T>
  std::span<const T> elements() const {
    return view().elements<T>();
  }
  template <typename T>
  std::span<T> mutable_elements() {
    SLIPWAY_CHECK(dtype_ == DataTypeOf<T>::kValue);
    return {reinterpret_cast<T*>(data_.get()), size_ / sizeof(T)};
  }
  Tensor Clone() const;

 private:
  struct Release {
    void operator()(std::byte* data) const;
  };
  Tensor(DataType dtype, const Shape& shape, std::size_t size);

  DataType dtype_ = DataType::kFloat32;
  Shape shape_;
  std::unique_ptr<std::byte[], Release> data_;
  std::size_t size_ = 0;
};

template <typename T>
Tensor Tensor::Of(const Shape& shape, std::span<const T> elements) {
  SLIPWAY_CHECK(static_cast<std::size_t>(shape.element_count()) == elements.size());
  Tensor tensor(DataTypeOf<T>::kValue, shape, elements.size_bytes());
  if (!elements.empty()) std::memcpy(tensor.data_.get(), elements.data(), elements.size_bytes());
  return tensor;
}

}  // namespace slipway
