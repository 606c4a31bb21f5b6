// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/output_cutter.h"

#include <cstring>
#include <optional>
#include <utility>

namespace slipway::serving {
namespace {

constexpr std::size_t kLengthBytes = 4;

/// The bytes that the first `count` elements of a string tensor take, or nothing if it has fewer.
std::optional<std::size_t> BytesOfElements(ByteView bytes, std::int64_t count) {
  std::size_t end = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (bytes.size() - end < kLengthBytes) return std::nullopt;
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + end, kLengthBytes);
    end += kLengthBytes;
    if (bytes.size() - end < length) return std::nullopt;
    end += length;
  }
  return end;
}

std::optional<std::size_t> BytesOfRows(const TensorView& view, ByteView rest, std::int64_t rows) {
  const std::int64_t count = view.shape.row_size() * rows;
  if (view.dtype == DataType::kBytes) return BytesOfElements(rest, count);
  const std::optional<std::uint64_t> size =
      ByteSizeOf(view.dtype, static_cast<std::uint64_t>(count));
  if (!size || *size > rest.size()) return std::nullopt;
  return *size;
}

}  // namespace

Result<OutputCutter> OutputCutter::Create(std::vector<SharedTensor> outputs, std::int64_t rows) {
  for (const auto& [view, owner] : outputs) {
    if (view.shape.rank() == 0 || view.shape[0] != rows) {
      return InternalError("the engine was given {} rows and returned an output of shape {}", rows,
                           ToString(view.shape));
    }
    if (ElementBits(view.dtype) % 8 != 0) {
      return InternalError("rows of {} end within a byte", DataTypeName(view.dtype));
    }
  }
  return OutputCutter(std::move(outputs));
}

OutputCutter::OutputCutter(std::vector<SharedTensor> outputs)
    : outputs_(std::move(outputs)), offsets_(outputs_.size()) {}

Result<std::vector<SharedTensor>> OutputCutter::Next(std::int64_t rows) {
  std::vector<SharedTensor> cut;
  cut.reserve(outputs_.size());
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const auto& [view, owner] = outputs_[i];
    const ByteView rest = view.bytes.subspan(offsets_[i]);
    const std::optional<std::size_t> size = BytesOfRows(view, rest, rows);
    if (!size) {
      return InternalError("the engine returned too few bytes for an output of shape {}",
                           ToString(view.shape));
    }
    offsets_[i] += *size;
    cut.push_back({{view.dtype, view.shape.WithRows(rows), rest.first(*size)}, owner});
  }
  return cut;
}

}  // namespace slipway::serving
