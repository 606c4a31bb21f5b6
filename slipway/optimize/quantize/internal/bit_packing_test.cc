// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/bit_packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace slipway::quantize {
namespace {

using ::testing::ElementsAre;

std::vector<std::uint8_t> RandomCodes(std::size_t count, std::size_t bits) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> code(0, (1 << bits) - 1);
  std::vector<std::uint8_t> codes(count);
  for (std::uint8_t& each : codes) each = static_cast<std::uint8_t>(code(random));
  return codes;
}

TEST(BitPackingTest, PutsTheFirstCodeIntoTheLowestBits) {
  EXPECT_THAT(PackBits(std::vector<std::uint8_t>{1, 2, 3}, 4), ElementsAre(0x21, 0x03));
  EXPECT_THAT(PackBits(std::vector<std::uint8_t>{3, 0, 1, 2, 1}, 2), ElementsAre(0x93, 0x01));
}

TEST(BitPackingTest, GivesEachBitOfTheCodesAPlane) {
  EXPECT_THAT(PackPlanes(std::vector<std::uint8_t>{1, 2, 4, 7}, 3), ElementsAre(9, 10, 12));
}

TEST(BitPackingTest, HasAllCodesOnceUnpacked) {
  for (const std::size_t bits : {1UZ, 2UZ, 4UZ, 8UZ}) {
    const std::vector<std::uint8_t> codes = RandomCodes(37, bits);
    const std::vector<std::uint8_t> packed = PackBits(codes, bits);

    ASSERT_EQ(packed.size(), (37 * bits + 7) / 8);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const unsigned byte = packed[i * bits / 8];
      EXPECT_EQ((byte >> i * bits % 8) & ((1U << bits) - 1), codes[i]);
    }
  }
}

TEST(BitPackingTest, HasAllCodesOnceThePlanesAreAddedUp) {
  for (std::size_t bits = 1; bits <= 8; ++bits) {
    const std::vector<std::uint8_t> codes = RandomCodes(37, bits);
    const std::vector<std::uint8_t> planes = PackPlanes(codes, bits);

    ASSERT_EQ(planes.size(), 5 * bits);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      unsigned code = 0;
      for (std::size_t p = 0; p < bits; ++p) {
        code |= ((static_cast<unsigned>(planes[p * 5 + i / 8]) >> i % 8) & 1U) << p;
      }
      EXPECT_EQ(code, codes[i]);
    }
  }
}

}  // namespace
}  // namespace slipway::quantize
