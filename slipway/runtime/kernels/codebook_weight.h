// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

namespace slipway::kernels {

// Nothing in this module depends on another: it is loaded into other programs as well. What can
// fail says so by `std::expected` with a message for people.

/// A weight matrix [rows, columns] as packed codes, where it lies: each row is cut into vectors of
/// `vector_length` numbers, and a vector is the sum over the stages of the codebook entry that its
/// code of that stage names, times the scale of the row:
///
///     W[r, order[c]] = scale[r] · Σ_s codebook[s][codes[s][r][c / d]][c % d],  d = vector_length
///
/// The last vector of a row may be longer than what is left of it; its rest is not used.
struct CodebookWeight {
  std::size_t rows = 0;     ///< Outputs, at least 1.
  std::size_t columns = 0;  ///< Inputs, at least 1.
  std::size_t bits = 4;     ///< Of one code, 1 to 8.
  std::size_t vector_length = 1;
  std::size_t stages = 1;
  std::size_t entries = 16;  ///< Of one stage's codebook, 1 to 2^bits.
  /// [stages, rows, positions] codes as one stream of bits, the low bit of the first code first,
  /// filled up to whole bytes, or to as many of them as whole codes fill.
  std::span<const std::uint8_t> codes = {};
  std::span<const float> codebook = {};              ///< [stages, entries, vector_length].
  std::span<const float> scales = {};                ///< One for each row; empty: all 1.
  std::span<const std::uint16_t> column_order = {};  ///< Empty: in order.

  /// Vectors in one row.
  std::size_t positions() const { return (columns + vector_length - 1) / vector_length; }
};

/// The codes of `weight`, one a byte: [stages, rows, positions]. A message that names the fault if
/// sizes do not agree, a code names no entry, the order of columns names one twice, or a number is
/// not finite. What passes is safe to multiply with.
std::expected<std::vector<std::uint8_t>, std::string> UnpackWeight(const CodebookWeight& weight);

}  // namespace slipway::kernels
