// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/nibble_packing.h"

namespace slipway::kernels {

std::vector<std::uint8_t> PackNibbles(const UnpackedWeight& weight, const std::uint8_t* slots) {
  constexpr std::size_t kBlockBytes = kColumnBlock / 2;
  constexpr unsigned kUpper = 4;
  const std::size_t columns = weight.weight.columns;
  const std::size_t row_bytes = RoundUp(columns, kColumnBlock) / 2;
  std::vector<std::uint8_t> packed(weight.weight.rows * row_bytes);
  for (std::size_t row = 0; row < weight.weight.rows; ++row) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t slot = slots[c % kColumnBlock];
      const unsigned code = weight.codes[row * columns + c];
      std::uint8_t& byte =
          packed[row * row_bytes + c / kColumnBlock * kBlockBytes + slot % kBlockBytes];
      byte = static_cast<std::uint8_t>(byte | (slot < kBlockBytes ? code : code << kUpper));
    }
  }
  return packed;
}

}  // namespace slipway::kernels
