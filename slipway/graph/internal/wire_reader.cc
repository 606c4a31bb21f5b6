// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/wire_reader.h"

namespace slipway::graph {
namespace {

constexpr std::uint64_t kMaxFieldNumber = (std::uint64_t{1} << 29U) - 1;

}  // namespace

Result<std::uint64_t> WireReader::TakeVarint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return InvalidArgument("a number is cut short");
    const auto byte = std::to_integer<std::uint64_t>(rest_.front());
    rest_ = rest_.subspan(1);
    value |= (byte & 0x7FU) << shift;
    if (byte < 0x80U) return value;
  }
  return InvalidArgument("a number has more than 10 bytes");
}

Result<ByteView> WireReader::Take(std::uint64_t count) {
  if (count > rest_.size()) {
    return InvalidArgument("a field of {} bytes is cut short: {} are left", count, rest_.size());
  }
  const ByteView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

Result<WireReader::Field> WireReader::Next() {
  SLIPWAY_TRY_ASSIGN(const std::uint64_t tag, TakeVarint());
  const std::uint64_t number = tag >> 3U;
  if (number == 0 || number > kMaxFieldNumber) {
    return InvalidArgument("{} is not a field number", number);
  }
  Field field{.number = static_cast<std::uint32_t>(number), .type = static_cast<Type>(tag & 7U)};
  switch (field.type) {
    case Type::kVarint: {
      SLIPWAY_TRY_ASSIGN(field.varint, TakeVarint());
      return field;
    }
    case Type::kFixed64:
      SLIPWAY_TRY(Take(8));
      return field;
    case Type::kBytes: {
      SLIPWAY_TRY_ASSIGN(const std::uint64_t length, TakeVarint());
      SLIPWAY_TRY_ASSIGN(field.bytes, Take(length));
      return field;
    }
    case Type::kFixed32:
      SLIPWAY_TRY(Take(4));
      return field;
  }
  return InvalidArgument("field {} has wire type {}", field.number, tag & 7U);
}

}  // namespace slipway::graph
