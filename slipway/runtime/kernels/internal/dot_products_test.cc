// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/dot_products.h"

#include "slipway/runtime/kernels/internal/nibble_packing.h"
#include "slipway/runtime/kernels/testing/coded_matrix.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace slipway::kernels {
namespace {

constexpr std::size_t kRows = 7;

// Each instruction set, against plain loops; those that the processor lacks are skipped by name.
class DotProductsTest : public ::testing::TestWithParam<std::tuple<InstructionSet, std::size_t>> {
 protected:
  void SetUp() override {
    const InstructionSet set = std::get<0>(GetParam());
    if (!IsSupported(set)) GTEST_SKIP() << "no " << InstructionSetName(set) << " here";
    products_ = &DotProductsFor(set);
  }

  std::size_t columns() const { return std::get<1>(GetParam()); }

  void ExpectNibbles(const NibbleProducts& nibbles, const std::vector<float>& levels) {
    const CodedMatrix matrix = RandomCodedMatrix({.rows = kRows, .columns = columns()}, {}, 3);
    const std::vector<std::uint8_t> packed =
        PackNibbles({matrix.sizes, matrix.plain_codes}, nibbles.slots);
    const NibbleRows rows = {packed.data(), kRows, columns()};
    const std::vector<float> x = RandomNumbers(columns(), 4);
    std::vector<float> sums(kRows);
    std::vector<float> numbers(kRows * columns());

    nibbles.multiply(rows, levels.data(), x.data(), sums.data());
    nibbles.expand(rows, levels.data(), numbers.data());

    for (std::size_t r = 0; r < kRows; ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < columns(); ++c) {
        const float level = levels[matrix.plain_codes[r * columns() + c]];
        EXPECT_EQ(numbers[r * columns() + c], level) << r << ", " << c;
        sum += static_cast<double>(level) * x[c];
      }
      EXPECT_NEAR(sums[r], sum, 1e-6 * static_cast<double>(columns()));
    }
  }

  std::vector<std::int8_t> RandomBytes(std::size_t count, std::uint32_t seed) const {
    std::mt19937 random(seed);
    std::vector<std::int8_t> bytes(count);
    for (std::int8_t& byte : bytes) {
      byte = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    }
    // Neighbours with the greatest products that there can be.
    for (std::size_t i = 0; i < 32; ++i) bytes[i] = i % 2 == 0 || i > 15 ? 127 : -127;
    return bytes;
  }

  const DotProducts* products_ = nullptr;
};

TEST_P(DotProductsTest, MultipliesNibblesThatStandForAnyFloats) {
  ExpectNibbles(products_->any_levels, RandomNumbers(16, 1));
}

TEST_P(DotProductsTest, MultipliesNibblesThatStandForShortFloats) {
  std::vector<float> levels = RandomNumbers(16, 2);
  for (float& level : levels) {
    level = std::bit_cast<float>(std::bit_cast<std::uint32_t>(level) & 0xFFFF0000);
  }

  ExpectNibbles(products_->short_levels, levels);
}

TEST_P(DotProductsTest, MultipliesRoundedNibblesExactly) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = kRows, .columns = columns()}, {}, 5);
  std::vector<std::uint8_t> slots(kColumnBlock);
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = static_cast<std::uint8_t>(i);
  const auto packed = PackNibbles({matrix.sizes, matrix.plain_codes}, slots.data());
  const std::vector<std::uint8_t> levels = {129, 0, 129, 128, 129, 7,  64, 65,
                                            129, 1, 2,   129, 99,  33, 17, 129};
  const std::vector<std::int8_t> x = RandomBytes(columns(), 6);
  std::vector<std::int32_t> sums(kRows);

  products_->multiply_rounded_nibbles({packed.data(), kRows, columns()}, levels.data(), x.data(),
                                      sums.data());

  for (std::size_t r = 0; r < kRows; ++r) {
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < columns(); ++c) {
      sum += levels[matrix.plain_codes[r * columns() + c]] * x[c];
    }
    EXPECT_EQ(sums[r], sum);
  }
}

TEST_P(DotProductsTest, MultipliesBytesExactly) {
  const std::vector<std::int8_t> numbers = RandomBytes(kRows * columns(), 7);
  const std::vector<std::int8_t> x = RandomBytes(columns(), 8);
  std::vector<std::int32_t> sums(kRows);

  products_->multiply_bytes({numbers.data(), kRows, columns()}, x.data(), sums.data());

  for (std::size_t r = 0; r < kRows; ++r) {
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < columns(); ++c) sum += numbers[r * columns() + c] * x[c];
    EXPECT_EQ(sums[r], sum);
  }
}

TEST_P(DotProductsTest, MultipliesFloatsWithAnyNumberOfInputs) {
  constexpr std::size_t kStride = kRows + 2;
  const std::vector<float> weights = RandomNumbers(kRows * columns(), 9);
  for (std::size_t inputs = 1; inputs <= 9; ++inputs) {
    const std::vector<float> x = RandomNumbers(inputs * columns(), 10);
    std::vector<float> sums(inputs * kStride, 5.0F);

    products_->multiply_floats({weights.data(), kRows, columns()}, {x.data(), inputs, columns()},
                               {sums.data(), kStride});

    for (std::size_t m = 0; m < inputs; ++m) {
      for (std::size_t r = 0; r < kRows; ++r) {
        double sum = 0;
        for (std::size_t c = 0; c < columns(); ++c) {
          sum += static_cast<double>(weights[r * columns() + c]) * x[m * columns() + c];
        }
        EXPECT_NEAR(sums[m * kStride + r], sum, 1e-6 * static_cast<double>(columns()));
      }
      EXPECT_EQ(sums[m * kStride + kRows], 5) << "beyond the last sum of a row";
    }
  }
}

TEST_P(DotProductsTest, SumsColumns) {
  constexpr std::size_t kEntries = 48;
  for (std::size_t length = 1; length <= 9; ++length) {
    const std::vector<float> numbers = RandomNumbers(kEntries * length, 11);
    const std::vector<float> x = RandomNumbers(length, 12);
    std::vector<float> sums(kEntries);

    products_->multiply_columns({numbers.data(), kEntries, length}, x.data(), sums.data());

    for (std::size_t e = 0; e < kEntries; ++e) {
      double sum = 0;
      for (std::size_t j = 0; j < length; ++j) {
        sum += static_cast<double>(numbers[j * kEntries + e]) * x[j];
      }
      EXPECT_NEAR(sums[e], sum, 1e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    InstructionSets, DotProductsTest,
    ::testing::Combine(::testing::Values(InstructionSet::kPortable, InstructionSet::kAvx2,
                                         InstructionSet::kAvx512, InstructionSet::kAvx512Vnni),
                       ::testing::Values(64, 128, 320)));

}  // namespace
}  // namespace slipway::kernels
