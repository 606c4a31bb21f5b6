// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/bit_packing.h"

#include "slipway/base/check.h"

#include <bit>
#include <numeric>

namespace slipway::codebook {
namespace {

constexpr std::size_t kByteBits = 8;

}  // namespace

CodeGroup GroupOf(std::size_t bits) {
  SLIPWAY_CHECK(bits >= 1 && bits <= kMaxCodeBits);
  const std::size_t group_bits = std::lcm(bits, kByteBits);
  return {.bytes = group_bits / kByteBits, .codes = group_bits / bits};
}

std::size_t BitsFor(std::size_t count) {
  SLIPWAY_CHECK(count >= 1 && count <= std::size_t{1} << kMaxCodeBits);
  return count <= 2 ? 1 : static_cast<std::size_t>(std::bit_width(count - 1));
}

std::size_t PackedSize(std::size_t count, std::size_t bits) {
  const CodeGroup group = GroupOf(bits);
  return (count + group.codes - 1) / group.codes * group.bytes;
}

std::vector<std::uint8_t> PackCodes(std::span<const std::uint8_t> codes, std::size_t bits) {
  std::vector<std::uint8_t> packed(PackedSize(codes.size(), bits));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    SLIPWAY_CHECK(codes[i] >> bits == 0);
    const std::size_t first = i * bits;
    const unsigned shifted = static_cast<unsigned>(codes[i]) << (first % kByteBits);
    packed[first / kByteBits] |= static_cast<std::uint8_t>(shifted);
    if (shifted >> kByteBits != 0) {
      packed[first / kByteBits + 1] |= static_cast<std::uint8_t>(shifted >> kByteBits);
    }
  }
  return packed;
}

std::vector<std::uint8_t> UnpackCodes(std::span<const std::uint8_t> packed, std::size_t bits,
                                      std::size_t count) {
  SLIPWAY_CHECK(packed.size() >= PackedSize(count, bits));
  const unsigned mask = (1U << bits) - 1;
  std::vector<std::uint8_t> codes(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t byte = i * bits / kByteBits;
    const unsigned low = packed[byte];
    const unsigned high = byte + 1 < packed.size() ? packed[byte + 1] : 0;
    codes[i] =
        static_cast<std::uint8_t>((low | high << kByteBits) >> (i * bits % kByteBits) & mask);
  }
  return codes;
}

}  // namespace slipway::codebook
