// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/trace_parent.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace slipway::api {
namespace {

/// The value of a digit; upper case is none here.
std::optional<std::uint8_t> DigitOf(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<std::uint8_t>(letter - '0');
  if (letter >= 'a' && letter <= 'f') return static_cast<std::uint8_t>(letter - 'a' + 10);
  return std::nullopt;
}

/// Reads two digits of `text` for each of `bytes`.
bool ReadHex(std::string_view text, std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::optional<std::uint8_t> high = DigitOf(text[2 * i]);
    const std::optional<std::uint8_t> low = DigitOf(text[2 * i + 1]);
    if (!high || !low) return false;
    bytes[i] = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return true;
}

bool IsZero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::optional<serving::TraceContext> ParseTraceParent(std::string_view value) {
  // version "-" trace-id "-" parent-id "-" flags
  constexpr std::size_t kTraceId = 3;
  constexpr std::size_t kParentId = 36;
  constexpr std::size_t kFlags = 53;
  constexpr std::size_t kLength = 55;
  if (value.size() < kLength || value[kTraceId - 1] != '-' || value[kParentId - 1] != '-' ||
      value[kFlags - 1] != '-') {
    return std::nullopt;
  }
  std::array<std::uint8_t, 1> version = {};
  std::array<std::uint8_t, 1> flags = {};
  serving::TraceContext context;
  if (!ReadHex(value, version) || !ReadHex(value.substr(kTraceId), context.trace_id) ||
      !ReadHex(value.substr(kParentId), context.parent_id) ||
      !ReadHex(value.substr(kFlags), flags)) {
    return std::nullopt;
  }
  if (version[0] == 0xff || IsZero(context.trace_id) || IsZero(context.parent_id)) {
    return std::nullopt;
  }
  // Later versions may add fields, this one has none more.
  if (value.size() > kLength && (version[0] == 0 || value[kLength] != '-')) return std::nullopt;
  context.sampled = (flags[0] & 1U) != 0;
  return context;
}

}  // namespace slipway::api
