// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/bit_packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAre;

std::vector<std::uint8_t> RandomCodes(std::size_t count, std::size_t bits) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> code(0, (1 << bits) - 1);
  std::vector<std::uint8_t> codes(count);
  for (std::uint8_t& c : codes) c = static_cast<std::uint8_t>(code(random));
  return codes;
}

TEST(BitPackingTest, PutsTheLowBitOfTheFirstCodeFirst) {
  EXPECT_THAT(PackCodes(std::array<std::uint8_t, 2>{0x3, 0xA}, 4), ElementsAre(0xA3));
}

TEST(BitPackingTest, LetsCodesCrossBytes) {
  // 5, 6, 7 in 3 bits each: 111'110'101 from the high bit down.
  EXPECT_THAT(PackCodes(std::array<std::uint8_t, 3>{5, 6, 7}, 3), ElementsAre(0xF5, 0x01, 0x00));
}

TEST(BitPackingTest, GivesBackEveryCountOfCodesOfEveryWidth) {
  for (std::size_t bits = 1; bits <= kMaxCodeBits; ++bits) {
    for (std::size_t count = 0; count < 40; ++count) {
      const std::vector<std::uint8_t> codes = RandomCodes(count, bits);
      EXPECT_EQ(UnpackCodes(PackCodes(codes, bits), bits, count), codes) << bits << " " << count;
    }
  }
}

TEST(BitPackingTest, TakesNoMoreThanTheBitsAndPartOfAGroup) {
  for (std::size_t bits = 1; bits <= kMaxCodeBits; ++bits) {
    for (const std::size_t count : {1U, 7U, 8U, 9U, 1000U}) {
      const std::size_t size = PackedSize(count, bits);
      EXPECT_EQ(PackCodes(RandomCodes(count, bits), bits).size(), size);
      EXPECT_GE(size * 8, count * bits);
      EXPECT_LT(size, (count * bits + 7) / 8 + bits);
    }
  }
}

TEST(BitPackingTest, NeedsAsManyBitsAsTellTheCodesApart) {
  EXPECT_EQ(BitsFor(1), 1);
  EXPECT_EQ(BitsFor(2), 1);
  EXPECT_EQ(BitsFor(3), 2);
  EXPECT_EQ(BitsFor(16), 4);
  EXPECT_EQ(BitsFor(17), 5);
  EXPECT_EQ(BitsFor(256), 8);
}

}  // namespace
}  // namespace slipway::codebook
