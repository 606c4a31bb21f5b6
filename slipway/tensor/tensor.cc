// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/tensor.h"

#include "slipway/tensor/bytes_layout.h"

#include <limits>
#include <new>

namespace slipway {
namespace {

constexpr std::align_val_t kAlignment{64};

Result<std::uint64_t> WantedByteSize(DataType dtype, const Shape& shape) {
  const std::optional<std::uint64_t> size =
      ByteSizeOf(dtype, static_cast<std::uint64_t>(shape.element_count()));
  if (!size || *size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return MakeError(ErrorCode::kResourceExhausted, "a {} tensor of shape {} has no possible size",
                     DataTypeName(dtype), ToString(shape));
  }
  return *size;
}

}  // namespace

Status CheckByteCount(const TensorView& view) {
  if (view.dtype == DataType::kBytes) {
    return CheckBytesLayout(view.bytes, view.shape.element_count());
  }
  SLIPWAY_TRY_ASSIGN(const std::uint64_t wanted, WantedByteSize(view.dtype, view.shape));
  if (view.bytes.size() == wanted) return {};
  return InvalidArgument("a {} tensor of shape {} has {} bytes, got {}", DataTypeName(view.dtype),
                         ToString(view.shape), wanted, view.bytes.size());
}

void Tensor::Release::operator()(std::byte* data) const { ::operator delete[](data, kAlignment); }

Tensor::Tensor(DataType dtype, const Shape& shape, std::size_t size)
    : dtype_(dtype), shape_(shape), data_(new(kAlignment) std::byte[size]), size_(size) {}

Result<Tensor> Tensor::Zeros(DataType dtype, const Shape& shape) {
  if (dtype == DataType::kBytes) {
    return InvalidArgument("a string tensor has no zero value: shape {}", ToString(shape));
  }
  SLIPWAY_TRY_ASSIGN(const std::uint64_t size, WantedByteSize(dtype, shape));
  Tensor tensor(dtype, shape, size);
  if (size > 0) std::memset(tensor.data_.get(), 0, size);
  return tensor;
}

Result<Tensor> Tensor::CopyOf(const TensorView& view) {
  SLIPWAY_TRY(CheckByteCount(view));
  Tensor tensor(view.dtype, view.shape, view.bytes.size());
  if (!view.bytes.empty()) std::memcpy(tensor.data_.get(), view.bytes.data(), view.bytes.size());
  return tensor;
}

Tensor Tensor::Clone() const {
  Tensor copy(dtype_, shape_, size_);
  if (size_ > 0) std::memcpy(copy.data_.get(), data_.get(), size_);
  return copy;
}

}  // namespace slipway
