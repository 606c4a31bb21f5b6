// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/batch_buffers.h"

#include "slipway/runtime/session.h"
#include "slipway/serving/internal/batch_facts.h"

#include <algorithm>

namespace slipway::serving {
namespace {

using Inputs = BatchBuffers::Inputs;

/// One input of all requests that are gathered.
struct Column {
  std::span<const Inputs> requests;
  std::size_t input = 0;
  const TensorView& operator[](std::size_t request) const { return requests[request][input]; }
  std::size_t size() const { return requests.size(); }
};

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

/// The bytes of `rows` rows of zeros; of empty strings, whose lengths are four zeros each.
std::size_t BytesOfZeros(const TensorView& like, std::int64_t rows) {
  constexpr std::size_t kLengthBytes = 4;
  const auto count = static_cast<std::size_t>(like.shape.row_size() * rows);
  if (like.dtype == DataType::kBytes) return count * kLengthBytes;
  return count * (ElementBits(like.dtype) / 8);
}

/// Puts the bytes of all `views` one behind the other, then `zeros` bytes of 0.
ByteView Concatenate(Tensor& buffer, const Column& views, std::size_t zeros) {
  std::size_t size = zeros;
  for (std::size_t i = 0; i < views.size(); ++i) size += views[i].bytes.size();
  EnsureSize(buffer, size);
  std::byte* end = buffer.mutable_bytes().data();
  for (std::size_t i = 0; i < views.size(); ++i) {
    end = std::ranges::copy(views[i].bytes, end).out;
  }
  std::fill_n(end, zeros, std::byte{0});
  return buffer.bytes().first(size);
}

template <typename T>
ByteView WriteAs(Tensor& buffer, std::span<const std::int64_t> values) {
  EnsureSize(buffer, values.size() * sizeof(T));
  std::byte* end = buffer.mutable_bytes().data();
  for (const std::int64_t value : values) {
    const auto element = static_cast<T>(value);
    end = std::ranges::copy(std::as_bytes(std::span(&element, 1)), end).out;
  }
  return buffer.bytes().first(values.size() * sizeof(T));
}

TensorView JoinRows(Tensor& buffer, const Column& column, std::int64_t padding) {
  const TensorView& first = column[0];
  if (runtime::IsAbsent(first) || (column.size() == 1 && padding == 0)) return first;
  std::int64_t rows = padding;
  for (std::size_t i = 0; i < column.size(); ++i) rows += column[i].shape[0];
  return {.dtype = first.dtype,
          .shape = first.shape.WithRows(rows),
          .bytes = Concatenate(buffer, column, BytesOfZeros(first, padding))};
}

TensorView JoinElements(Tensor& buffer, const Column& column) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < column.size(); ++i) count += column[i].shape.element_count();
  return {.dtype = column[0].dtype,
          .shape = Shape({count}),
          .bytes = column.size() == 1 ? column[0].bytes : Concatenate(buffer, column, 0)};
}

TensorView TellFact(Tensor& buffer, const CallInput& input, const Column& column) {
  std::vector<Shape> shapes;
  shapes.reserve(column.size());
  for (std::size_t i = 0; i < column.size(); ++i) shapes.push_back(column[i].shape);
  const FactValues fact = FindFact(*input.fact, shapes);
  const bool is_float = input.fact_dtype == DataType::kFloat32;
  return {.dtype = input.fact_dtype,
          .shape = fact.shape,
          .bytes = is_float ? WriteAs<float>(buffer, fact.values)
                            : WriteAs<std::int32_t>(buffer, fact.values)};
}

}  // namespace

std::span<const TensorView> BatchBuffers::Gather(std::span<const Inputs> requests,
                                                 std::int64_t padding) {
  const bool as_they_are = layout_.inputs.empty();
  const std::size_t count = as_they_are ? requests.front().size() : layout_.inputs.size();
  buffers_.resize(count);
  joined_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const CallInput input = as_they_are ? CallInput{.source = i} : layout_.inputs[i];
    const Column column{.requests = requests, .input = input.source};
    if (input.source == CallInput::kNone) {
      joined_.emplace_back();
    } else if (input.fact) {
      joined_.push_back(TellFact(buffers_[i], input, column));
    } else if (input.is_ragged) {
      joined_.push_back(JoinElements(buffers_[i], column));
    } else {
      joined_.push_back(JoinRows(buffers_[i], column, padding));
    }
  }
  return joined_;
}

}  // namespace slipway::serving
