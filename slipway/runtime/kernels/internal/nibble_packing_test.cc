// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/nibble_packing.h"

#include "slipway/runtime/kernels/testing/coded_matrix.h"

#include <gtest/gtest.h>

#include <array>

namespace slipway::kernels {
namespace {

TEST(NibblePackingTest, PutsTheCodeOfEachColumnInItsSlot) {
  constexpr std::size_t kColumns = 70;
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 2, .columns = kColumns}, {}, 1);
  // The columns of a block in reverse.
  std::array<std::uint8_t, kColumnBlock> slots = {};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    slots[i] = static_cast<std::uint8_t>(slots.size() - 1 - i);
  }

  const std::vector<std::uint8_t> packed =
      PackNibbles({matrix.sizes, matrix.plain_codes}, slots.data());

  ASSERT_EQ(packed.size(), 2U * 64);
  EXPECT_EQ(packed[31] >> 4, matrix.plain_codes[0]);
  EXPECT_EQ(packed[31] & 15, matrix.plain_codes[32]);
  EXPECT_EQ(packed[0] & 15, matrix.plain_codes[63]);
  EXPECT_EQ(packed[32 + 31] >> 4, matrix.plain_codes[64]);
  EXPECT_EQ(packed[32 + 0] & 15, 0) << "a column beyond the last";
  EXPECT_EQ(packed[64 + 31] >> 4, matrix.plain_codes[kColumns]);
}

}  // namespace
}  // namespace slipway::kernels
