// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/dot_products.h"

namespace slipway::kernels {
namespace {

constexpr std::size_t kHalfBlock = kColumnBlock / 2;
constexpr unsigned kNibbleBits = 4;
constexpr unsigned kNibbleMask = 15;

constexpr std::uint8_t kSlotsInOrder[kColumnBlock] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

// Calls `use` with each column of row `row` and its code, in order.
template <typename Use>
void ForEachCode(const NibbleRows& rows, std::size_t row, const Use& use) {
  const std::uint8_t* codes = rows.codes + row * (rows.columns / 2);
  for (std::size_t first = 0; first < rows.columns; first += kColumnBlock) {
    for (std::size_t i = 0; i < kHalfBlock; ++i) use(first + i, codes[i] & kNibbleMask);
    for (std::size_t i = 0; i < kHalfBlock; ++i) {
      use(first + kHalfBlock + i, static_cast<unsigned>(codes[i]) >> kNibbleBits);
    }
    codes += kHalfBlock;
  }
}

void MultiplyNibbles(const NibbleRows& rows, const float* levels, const float* x, float* sums) {
  for (std::size_t row = 0; row < rows.rows; ++row) {
    float sum[4] = {};
    ForEachCode(rows, row, [&](std::size_t column, unsigned code) {
      sum[column % 4] += levels[code] * x[column];
    });
    sums[row] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }
}

void ExpandNibbles(const NibbleRows& rows, const float* levels, float* numbers) {
  for (std::size_t row = 0; row < rows.rows; ++row) {
    ForEachCode(rows, row, [&](std::size_t column, unsigned code) {
      numbers[row * rows.columns + column] = levels[code];
    });
  }
}

void MultiplyRoundedNibbles(const NibbleRows& rows, const std::uint8_t* levels,
                            const std::int8_t* x, std::int32_t* sums) {
  for (std::size_t row = 0; row < rows.rows; ++row) {
    std::int32_t sum = 0;
    ForEachCode(rows, row,
                [&](std::size_t column, unsigned code) { sum += levels[code] * x[column]; });
    sums[row] = sum;
  }
}

void MultiplyBytes(const ByteRows& rows, const std::int8_t* x, std::int32_t* sums) {
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const std::int8_t* numbers = rows.numbers + row * rows.columns;
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < rows.columns; ++c) sum += numbers[c] * x[c];
    sums[row] = sum;
  }
}

float MultiplyRow(const float* weights, const float* x, std::size_t columns) {
  constexpr std::size_t kSums = 8;
  float sum[kSums] = {};
  for (std::size_t c = 0; c < columns; c += kSums) {
    for (std::size_t i = 0; i < kSums; ++i) sum[i] += weights[c + i] * x[c + i];
  }
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

void MultiplyFloats(const FloatRows& weights, const FloatRows& x, const Products& products) {
  for (std::size_t m = 0; m < x.rows; ++m) {
    for (std::size_t r = 0; r < weights.rows; ++r) {
      products.sums[m * products.stride + r] = MultiplyRow(
          weights.numbers + r * weights.columns, x.numbers + m * x.columns, weights.columns);
    }
  }
}

void MultiplyColumns(const EntryColumns& columns, const float* x, float* sums) {
  for (std::size_t e = 0; e < columns.entries; ++e) sums[e] = x[0] * columns.numbers[e];
  for (std::size_t j = 1; j < columns.length; ++j) {
    const float* const column = columns.numbers + j * columns.entries;
    for (std::size_t e = 0; e < columns.entries; ++e) sums[e] += x[j] * column[e];
  }
}

}  // namespace

constinit const DotProducts kPortableProducts = {
    .any_levels = {.slots = kSlotsInOrder, .multiply = MultiplyNibbles, .expand = ExpandNibbles},
    .short_levels = {.slots = kSlotsInOrder, .multiply = MultiplyNibbles, .expand = ExpandNibbles},
    .multiply_rounded_nibbles = MultiplyRoundedNibbles,
    .multiply_bytes = MultiplyBytes,
    .multiply_floats = MultiplyFloats,
    .multiply_columns = MultiplyColumns};

}  // namespace slipway::kernels
