// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::quantize {

/// `codes`, of 1, 2, 4 or 8 `bits` each, several to a byte, the first in the lowest bits. The last
/// byte is filled up with zeros.
std::vector<std::uint8_t> PackBits(std::span<const std::uint8_t> codes, std::size_t bits);

/// `codes` of 1 to 8 `bits` each as planes, for widths that do not divide a byte: plane p holds bit
/// p of each code, eight codes to a byte, the first in the lowest bit. The planes have the same
/// size and lie one after the other.
std::vector<std::uint8_t> PackPlanes(std::span<const std::uint8_t> codes, std::size_t bits);

}  // namespace slipway::quantize
