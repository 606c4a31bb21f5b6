// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/kernels/instruction_set.h"

#include <cstddef>
#include <cstdint>

namespace slipway::kernels {

/// Rows are padded to a multiple of so many columns; what is there has no effect on sums, because
/// inputs are 0 there.
constexpr std::size_t kColumnBlock = 64;

/// Rows of 4-bit codes. Those of 64 columns lie in 32 bytes, in an order of their own.
struct NibbleRows {
  const std::uint8_t* codes;
  std::size_t rows;
  std::size_t columns;  ///< A multiple of `kColumnBlock`; a row takes half as many bytes.
};

/// Rows of numbers of one byte.
struct ByteRows {
  const std::int8_t* numbers;
  std::size_t rows;
  std::size_t columns;  ///< A multiple of `kColumnBlock`.
};

/// Rows of floats.
struct FloatRows {
  const float* numbers;
  std::size_t rows;
  std::size_t columns;  ///< A multiple of `kColumnBlock`.
};

/// Where products go: the one of input row m and weight row r to sums[m · stride + r].
struct Products {
  float* sums = nullptr;
  std::size_t stride = 0;
};

/// The entries of a codebook, number j of entry e at numbers[j · entries + e].
struct EntryColumns {
  const float* numbers;
  std::size_t entries;  ///< A multiple of 16.
  std::size_t length;   ///< Numbers of one entry.
};

/// Products with 4-bit codes that stand for 16 floats.
struct NibbleProducts {
  /// By the place of a column in its block, the place of its code: i is the lower half of byte i,
  /// 32 + i the upper one.
  const std::uint8_t* slots;
  /// sums[r] = Σ_c levels[code(r, c)] · x[c].
  void (*multiply)(const NibbleRows& rows, const float* levels, const float* x, float* sums);
  /// numbers[r · columns + c] = levels[code(r, c)].
  void (*expand)(const NibbleRows& rows, const float* levels, float* numbers);
};

/// The inner loops, of one instruction set. All give the same: floats but for the order in which
/// they are summed, integers exactly.
struct DotProducts {
  /// Levels may be any floats.
  NibbleProducts any_levels;
  /// Levels are floats whose lower 16 bits are 0: faster, where that is so.
  NibbleProducts short_levels;
  /// sums[r] = Σ_c levels[code(r, c)] · x[c], slots in order. Levels are 0 to `kMaxNibbleLevel`, x
  /// is not -128.
  void (*multiply_rounded_nibbles)(const NibbleRows& rows, const std::uint8_t* levels,
                                   const std::int8_t* x, std::int32_t* sums);
  /// sums[r] = Σ_c numbers(r, c) · x[c], none of them -128.
  void (*multiply_bytes)(const ByteRows& rows, const std::int8_t* x, std::int32_t* sums);
  /// The products of all rows of both.
  void (*multiply_floats)(const FloatRows& weights, const FloatRows& x, const Products& products);
  /// sums[e] = Σ_j x[j] · numbers(j, e).
  void (*multiply_columns)(const EntryColumns& columns, const float* x, float* sums);
};

/// Two products of such a level and a byte fit in 16 bits with a sign.
constexpr int kMaxNibbleLevel = 129;

/// The inner loops for `set`, which this processor has.
const DotProducts& DotProductsFor(InstructionSet set);

/// Those of one instruction set. Their sources are compiled for it: nothing of them may be called
/// on a processor without it, and they may include nothing that is compiled elsewhere, too.
extern const DotProducts kPortableProducts;
extern const DotProducts kAvx2Products;
extern const DotProducts kAvx512Products;
extern const DotProducts kAvx512VnniProducts;

}  // namespace slipway::kernels
