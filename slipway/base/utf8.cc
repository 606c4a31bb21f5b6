// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/utf8.h"

namespace slipway {
namespace {

struct SecondByteRange {
  unsigned char first;
  unsigned char last;
};

/// Which second byte may follow `lead`: narrower than 80..BF where that keeps out overlong forms,
/// surrogates and values above U+10FFFF.
SecondByteRange SecondByteOf(unsigned char lead) {
  switch (lead) {
    case 0xE0:
      return {0xA0, 0xBF};
    case 0xED:
      return {0x80, 0x9F};
    case 0xF0:
      return {0x90, 0xBF};
    case 0xF4:
      return {0x80, 0x8F};
    default:
      return {0x80, 0xBF};
  }
}

std::size_t LengthFromLead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

std::size_t Utf8SequenceLength(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = LengthFromLead(lead);
  if (length <= 1) return length;
  if (text.size() < length) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const SecondByteRange range = SecondByteOf(lead);
  if (second < range.first || second > range.last) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if (next < 0x80 || next > 0xBF) return 0;
  }
  return length;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace slipway
