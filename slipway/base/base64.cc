// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace slipway {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 64;

constexpr auto kValues = [] {
  std::array<std::uint8_t, 256> values;
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

/// The `count` digits at the start of `text` as a number of six bits each, or an error with the
/// place.
Result<std::uint32_t> ReadDigits(std::string_view text, std::size_t begin, std::size_t count) {
  std::uint32_t bits = 0;
  for (std::size_t i = begin; i < begin + count; ++i) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(text[i])];
    if (value == kNoDigit) return InvalidArgument("character {} is no digit of base64", i);
    bits = bits << 6U | value;
  }
  return bits;
}

}  // namespace

void AppendBase64(std::string& out, ByteView bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(3, bytes.size()))) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i]) : 0);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint32_t digit = bits >> (18U - 6U * i) & 63U;
      out += i <= bytes.size() ? kDigits[digit] : '=';
    }
  }
}

Result<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return InvalidArgument("base64 comes in groups of 4 characters, and there are {}", text.size());
  }
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    SLIPWAY_TRY_ASSIGN(const std::uint32_t bits, ReadDigits(text, i, 4));
    bytes += static_cast<char>(bits >> 16U);
    bytes += static_cast<char>(bits >> 8U & 255U);
    bytes += static_cast<char>(bits & 255U);
  }
  const std::size_t rest = text.size() - i;
  if (rest == 0) return bytes;
  SLIPWAY_TRY_ASSIGN(std::uint32_t bits, ReadDigits(text, i, rest));
  bits <<= 6U * (4 - rest);
  const std::uint32_t unused = rest == 3 ? bits & 255U : bits & 65'535U;
  if (unused != 0) return InvalidArgument("the last digit of the base64 says too much");
  bytes += static_cast<char>(bits >> 16U);
  if (rest == 3) bytes += static_cast<char>(bits >> 8U & 255U);
  return bytes;
}

}  // namespace slipway
