// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/kernels/codebook_weight.h"
#include "slipway/runtime/kernels/internal/dot_products.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace slipway::kernels {

/// A weight whose codes have been unpacked and checked. Places in rows are those of the codes: its
/// column order is for the caller to apply to inputs, its scales to outputs.
struct UnpackedWeight {
  const CodebookWeight& weight;
  std::span<const std::uint8_t> codes;  ///< [stages, rows, positions].
};

/// What a form makes of the inputs of one call before rows are multiplied.
struct PreparedInputs {
  std::unique_ptr<float[]> floats = {};
  std::unique_ptr<std::int8_t[]> bytes = {};
  std::unique_ptr<std::int32_t[]> sums = {};
};

/// Rows of the weight, from `first` to before `last`.
struct RowRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// From how many input rows on it pays to expand weights to floats first, and multiply then.
constexpr std::size_t kManyInputs = 4;

/// A weight matrix, laid out for one way to multiply with it. Thread-safe.
class WeightForm {
 public:
  virtual ~WeightForm() = default;
  /// Columns of the inputs that it takes: those of the weight, filled up with zeros to so many.
  virtual std::size_t columns() const = 0;
  /// What products are still to be multiplied by.
  virtual float factor() const { return 1; }
  virtual PreparedInputs Prepare(const FloatRows& x) const = 0;
  /// Multiplies `rows` with `x`, of which `prepared` was made.
  virtual void Multiply(const FloatRows& x, const PreparedInputs& prepared, const RowRange& rows,
                        const Products& products) const = 0;
};

/// How many rows of so many floats are expanded at a time: they stay in the second level of caches.
constexpr std::size_t TileRows(std::size_t columns) {
  constexpr std::size_t kFloats = 16384;
  constexpr std::size_t kMost = 16;
  constexpr std::size_t kLeast = 4;
  const std::size_t rows = kFloats / columns;
  return rows > kMost ? kMost : rows < kLeast ? kLeast : rows;
}

/// `size` and what is missing to a multiple of `step`.
constexpr std::size_t RoundUp(std::size_t size, std::size_t step) {
  return (size + step - 1) / step * step;
}

/// Forms, made for `set`, which this processor has.
///
/// Of single weights with codes of up to 4 bits, that stand for floats.
std::unique_ptr<WeightForm> MakeFloatNibbles(const UnpackedWeight& weight, InstructionSet set);
/// Of single weights, at most `kMostRoundedColumns` to a row, which like the inputs are rounded to
/// whole numbers of a byte.
std::unique_ptr<WeightForm> MakeRounded(const UnpackedWeight& weight, InstructionSet set);
/// Of anything.
std::unique_ptr<WeightForm> MakeLookUp(const UnpackedWeight& weight, InstructionSet set);

/// With more of them, sums of products of bytes could overflow.
constexpr std::size_t kMostRoundedColumns = std::size_t{1} << 17;

}  // namespace slipway::kernels
