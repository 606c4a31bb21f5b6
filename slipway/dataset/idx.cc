// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/idx.h"

#include "slipway/base/files.h"
#include "slipway/dataset/internal/byte_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace slipway::dataset {
namespace {

struct Header {
  DataType dtype = DataType::kUint8;
  Shape shape;
};

std::optional<DataType> ElementTypeOf(std::byte code) {
  switch (std::to_integer<int>(code)) {
    case 0x08:
      return DataType::kUint8;
    case 0x09:
      return DataType::kInt8;
    case 0x0b:
      return DataType::kInt16;
    case 0x0c:
      return DataType::kInt32;
    case 0x0d:
      return DataType::kFloat32;
    case 0x0e:
      return DataType::kFloat64;
    default:
      return std::nullopt;
  }
}

std::int64_t BigEndianSize(std::span<const std::byte, 4> bytes) {
  std::int64_t size = 0;
  for (const std::byte byte : bytes) size = size << 8U | std::to_integer<std::int64_t>(byte);
  return size;
}

Result<Header> ReadHeader(ByteReader& reader) {
  std::array<std::byte, 4> magic = {};
  SLIPWAY_TRY(reader.Read(magic));
  const std::optional<DataType> dtype = ElementTypeOf(magic[2]);
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0} || !dtype) {
    return InvalidArgument("not an IDX file: it begins with {:02x}", fmt::join(magic, " "));
  }
  std::vector<std::int64_t> sizes(std::to_integer<std::size_t>(magic[3]));
  for (std::int64_t& size : sizes) {
    std::array<std::byte, 4> bytes = {};
    SLIPWAY_TRY(reader.Read(bytes));
    size = BigEndianSize(bytes);
  }
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(sizes));
  return Header{*dtype, shape};
}

/// Checks the size that the header claims against the limit, and against what the file can hold.
Status CheckClaim(const Header& header, const ByteReader& reader, const IdxLimits& limits) {
  const std::optional<std::uint64_t> claimed =
      ByteSizeOf(header.dtype, static_cast<std::uint64_t>(header.shape.element_count()));
  if (!claimed || *claimed > limits.max_bytes) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "a {} tensor of shape {} is too large: at most {} bytes are allowed",
                     DataTypeName(header.dtype), ToString(header.shape), limits.max_bytes);
  }
  if (*claimed <= reader.most_bytes_left()) return {};
  return InvalidArgument(
      "cut short: its header says {} of shape {}, which is {} bytes, but at most {} follow",
      DataTypeName(header.dtype), ToString(header.shape), *claimed, reader.most_bytes_left());
}

void TurnBigEndianElements(MutableByteView bytes, std::size_t element_bytes) {
  if (element_bytes == 1) return;
  for (std::size_t i = 0; i < bytes.size(); i += element_bytes) {
    std::ranges::reverse(bytes.subspan(i, element_bytes));
  }
}

Result<Shape> ShapeToRead(const Shape& whole, const IdxLimits& limits) {
  const std::size_t most = limits.max_samples;
  if (most == 0 || whole.rank() == 0 || static_cast<std::size_t>(whole[0]) <= most) return whole;
  std::vector<std::int64_t> sizes(whole.sizes().begin(), whole.sizes().end());
  sizes[0] = static_cast<std::int64_t>(most);
  return Shape::Create(sizes);
}

Result<Tensor> ParseReader(ByteReader& reader, const IdxLimits& limits) {
  SLIPWAY_TRY_ASSIGN(const Header header, ReadHeader(reader));
  SLIPWAY_TRY(CheckClaim(header, reader, limits));
  SLIPWAY_TRY_ASSIGN(const Shape shape, ShapeToRead(header.shape, limits));
  SLIPWAY_TRY_ASSIGN(Tensor tensor, Tensor::Zeros(header.dtype, shape));
  SLIPWAY_TRY(reader.Read(tensor.mutable_bytes()));
  if (shape == header.shape) SLIPWAY_TRY(reader.ExpectEnd());
  TurnBigEndianElements(tensor.mutable_bytes(), ElementBits(header.dtype) / 8);
  return tensor;
}

}  // namespace

Result<Tensor> ParseIdx(ByteView bytes, std::string_view name, const IdxLimits& limits) {
  Result<Tensor> tensor = ParseReader(*NewByteReader(bytes), limits);
  if (!tensor) return Annotate(tensor.error(), "{}", name);
  return tensor;
}

Result<Tensor> ReadIdx(const std::filesystem::path& path, const IdxLimits& limits) {
  constexpr std::uint64_t kMostHeaderBytes = 4 + 4 * 255;
  SLIPWAY_TRY_ASSIGN(const std::string bytes, ReadFile(path, limits.max_bytes + kMostHeaderBytes));
  return ParseIdx(AsBytes(bytes), path.string(), limits);
}

}  // namespace slipway::dataset
