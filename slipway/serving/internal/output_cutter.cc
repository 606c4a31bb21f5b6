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

/// The bytes that the first `count` elements of `rest` take, or nothing if there are fewer.
std::optional<std::size_t> BytesOf(DataType dtype, ByteView rest, std::int64_t count) {
  if (dtype == DataType::kBytes) return BytesOfElements(rest, count);
  const std::optional<std::uint64_t> size = ByteSizeOf(dtype, static_cast<std::uint64_t>(count));
  if (!size || *size > rest.size()) return std::nullopt;
  return *size;
}

Status CheckCanBeCut(const TensorView& view, std::int64_t rows, bool has_rows) {
  if (has_rows && (view.shape.rank() == 0 || view.shape[0] != rows)) {
    return InternalError("the engine was given {} rows and returned an output of shape {}", rows,
                         ToString(view.shape));
  }
  if (ElementBits(view.dtype) % 8 != 0) {
    return InternalError("rows of {} end within a byte", DataTypeName(view.dtype));
  }
  return {};
}

}  // namespace

Result<OutputCutter> OutputCutter::Create(std::vector<SharedTensor> outputs, std::int64_t rows,
                                          Sources sources) {
  sources.resize(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    SLIPWAY_TRY(CheckCanBeCut(outputs[i].view, rows, !sources[i].has_value()));
  }
  return OutputCutter(std::move(outputs), std::move(sources));
}

OutputCutter::OutputCutter(std::vector<SharedTensor> outputs, Sources sources)
    : outputs_(std::move(outputs)), sources_(std::move(sources)), offsets_(outputs_.size()) {}

Result<std::vector<SharedTensor>> OutputCutter::Next(std::int64_t rows,
                                                     std::span<const TensorView> inputs) {
  std::vector<SharedTensor> cut;
  cut.reserve(outputs_.size());
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const auto& [view, owner] = outputs_[i];
    const Shape shape = sources_[i] ? inputs[*sources_[i]].shape : view.shape.WithRows(rows);
    const ByteView rest = view.bytes.subspan(offsets_[i]);
    const std::optional<std::size_t> size = BytesOf(view.dtype, rest, shape.element_count());
    if (!size) {
      return InternalError("the engine returned too few bytes for an output of shape {}",
                           ToString(view.shape));
    }
    offsets_[i] += *size;
    cut.push_back({{view.dtype, shape, rest.first(*size)}, owner});
  }
  return cut;
}

Status OutputCutter::Finish() const {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const TensorView& view = outputs_[i].view;
    if (!sources_[i] || offsets_[i] == view.bytes.size()) continue;
    return InternalError("the engine returned an output of shape {}, more than the requests asked",
                         ToString(view.shape));
  }
  return {};
}

}  // namespace slipway::serving
