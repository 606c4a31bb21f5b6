// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::codebook {

/// The most bits of a code; the fewest are 1.
constexpr std::size_t kMaxCodeBits = 8;

/// The smallest number of whole bytes that a whole number of codes fills.
struct CodeGroup {
  std::size_t bytes = 1;
  std::size_t codes = 1;
};

/// The group of codes of `bits` bits, 1 to `kMaxCodeBits`: 8 codes in 3 bytes for 3 bits.
CodeGroup GroupOf(std::size_t bits);

/// The bits that a code needs to tell `count` things apart, 1 to 256 of them; at least 1.
std::size_t BitsFor(std::size_t count);

/// Bytes of `count` packed codes: whole groups, so fewer than `bits` bytes more than they need.
std::size_t PackedSize(std::size_t count, std::size_t bits);

/// The `codes`, each below 2^bits, as one stream of bits, the low bit of the first code first,
/// filled up with zeros to a whole number of groups.
std::vector<std::uint8_t> PackCodes(std::span<const std::uint8_t> codes, std::size_t bits);

/// The first `count` codes of `packed`, which holds as many.
std::vector<std::uint8_t> UnpackCodes(std::span<const std::uint8_t> packed, std::size_t bits,
                                      std::size_t count);

}  // namespace slipway::codebook
