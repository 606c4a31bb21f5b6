// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/bit_packing.h"

namespace slipway::quantize {
namespace {

constexpr std::size_t kByteBits = 8;

std::size_t BytesFor(std::size_t bits) { return (bits + kByteBits - 1) / kByteBits; }

}  // namespace

std::vector<std::uint8_t> PackBits(std::span<const std::uint8_t> codes, std::size_t bits) {
  std::vector<std::uint8_t> packed(BytesFor(codes.size() * bits));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t bit = i * bits;
    packed[bit / kByteBits] |= static_cast<std::uint8_t>(codes[i] << bit % kByteBits);
  }
  return packed;
}

std::vector<std::uint8_t> PackPlanes(std::span<const std::uint8_t> codes, std::size_t bits) {
  const std::size_t plane_size = BytesFor(codes.size());
  std::vector<std::uint8_t> packed(bits * plane_size);
  for (std::size_t plane = 0; plane < bits; ++plane) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const unsigned bit = static_cast<unsigned>(codes[i] >> plane) & 1U;
      packed[plane * plane_size + i / kByteBits] |= static_cast<std::uint8_t>(bit << i % kByteBits);
    }
  }
  return packed;
}

}  // namespace slipway::quantize
