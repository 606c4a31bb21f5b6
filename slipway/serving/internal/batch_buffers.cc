// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/batch_buffers.h"

#include <algorithm>

namespace slipway::serving {
namespace {

/// Makes `buffer` hold at least `size` bytes; what it held is lost.
void EnsureSize(Tensor& buffer, std::size_t size) {
  const std::size_t capacity = buffer.bytes().size();
  if (size <= capacity) return;
  const auto grown = static_cast<std::int64_t>(std::max(size, capacity * 2));
  // Bytes that lie in memory already are no more than an address space can hold.
  Result<Tensor> larger = Tensor::Zeros(DataType::kUint8, Shape({grown}));
  SLIPWAY_CHECK(larger.has_value());
  buffer = *std::move(larger);
}

}  // namespace

std::span<const TensorView> BatchBuffers::Gather(
    std::span<const std::span<const TensorView>> requests) {
  const std::span<const TensorView> first = requests.front();
  buffers_.resize(first.size());
  joined_.clear();
  for (std::size_t i = 0; i < first.size(); ++i) {
    std::size_t size = 0;
    std::int64_t rows = 0;
    for (const std::span<const TensorView> inputs : requests) {
      size += inputs[i].bytes.size();
      rows += inputs[i].shape[0];
    }
    EnsureSize(buffers_[i], size);
    std::byte* end = buffers_[i].mutable_bytes().data();
    for (const std::span<const TensorView> inputs : requests) {
      end = std::ranges::copy(inputs[i].bytes, end).out;
    }
    joined_.push_back({.dtype = first[i].dtype,
                       .shape = first[i].shape.WithRows(rows),
                       .bytes = buffers_[i].bytes().first(size)});
  }
  return joined_;
}

}  // namespace slipway::serving
