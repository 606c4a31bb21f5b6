// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_wire_reader.h"

#include "slipway/base/utf8.h"

#include <algorithm>
#include <limits>

namespace slipway::api {
namespace {

constexpr std::size_t kMaxVarintBytes = 10;
/// A tag is a 32-bit varint; the library refuses longer forms.
constexpr std::size_t kMaxTagBytes = 5;
/// The library refuses lengths from 2 GiB on, less what it reads ahead.
constexpr std::uint64_t kMaxLength = std::numeric_limits<std::int32_t>::max() - 16;

/// Takes a varint of at most `max_bytes` off the front of `rest`; bits above 63 are dropped.
std::optional<std::uint64_t> TakeVarint(std::string_view& rest, std::size_t max_bytes) {
  std::uint64_t value = 0;
  const std::size_t readable = std::min(rest.size(), max_bytes);
  for (std::size_t i = 0; i < readable; ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    value |= std::uint64_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) {
      rest.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

void WireReader::Fail() {
  ok_ = false;
  rest_ = {};
}

std::optional<std::uint32_t> WireReader::ReadTag() {
  const std::optional<std::uint64_t> tag = TakeVarint(rest_, kMaxTagBytes);
  if (!tag || static_cast<std::uint32_t>(*tag) >> 3U == 0) return std::nullopt;
  return static_cast<std::uint32_t>(*tag);
}

bool WireReader::Next() {
  if (rest_.empty()) return false;
  const std::optional<std::uint32_t> tag = ReadTag();
  if (!tag || static_cast<WireType>(*tag & 7U) == WireType::kGroupEnd) {
    Fail();
    return false;
  }
  tag_ = *tag;
  return true;
}

std::uint64_t WireReader::ReadVarint() {
  const std::optional<std::uint64_t> value = TakeVarint(rest_, kMaxVarintBytes);
  if (!value) Fail();
  return value.value_or(0);
}

std::string_view WireReader::ReadBytes() {
  const std::optional<std::uint64_t> length = TakeVarint(rest_, kMaxTagBytes);
  if (!length || *length > kMaxLength || *length > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view bytes = rest_.substr(0, *length);
  rest_.remove_prefix(*length);
  return bytes;
}

std::string_view WireReader::ReadText() {
  const std::string_view text = ReadBytes();
  if (!IsUtf8(text)) Fail();
  return text;
}

void WireReader::ReadIntegers(std::vector<std::int64_t>& values, std::size_t max_values) {
  const auto keep = [&values, max_values](std::uint64_t value) {
    if (values.size() < max_values) values.push_back(static_cast<std::int64_t>(value));
  };
  if (type() == WireType::kVarint) return keep(ReadVarint());
  std::string_view packed = ReadBytes();
  while (!packed.empty()) {
    const std::optional<std::uint64_t> value = TakeVarint(packed, kMaxVarintBytes);
    if (!value) return Fail();
    keep(*value);
  }
}

void WireReader::SkipFixed(std::size_t size) {
  if (rest_.size() < size) return Fail();
  rest_.remove_prefix(size);
}

void WireReader::Skip() {
  switch (type()) {
    case WireType::kVarint:
      ReadVarint();
      return;
    case WireType::kFixed64:
      return SkipFixed(8);
    case WireType::kLength:
      ReadBytes();
      return;
    case WireType::kGroupBegin:
      return SkipGroup(field());
    case WireType::kFixed32:
      return SkipFixed(4);
    default:
      return Fail();
  }
}

void WireReader::SkipGroup(std::uint32_t number) {
  if (++groups_ >= kMaxGroups) return Fail();
  while (ok_) {
    const std::optional<std::uint32_t> tag = ReadTag();
    if (!tag) return Fail();
    tag_ = *tag;
    if (type() == WireType::kGroupEnd) {
      --groups_;
      if (field() != number) Fail();
      return;
    }
    Skip();
  }
}

}  // namespace slipway::api
