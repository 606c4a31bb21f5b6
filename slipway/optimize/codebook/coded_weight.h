// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::codebook {

/// How a weight tensor is read as a matrix with one row for each output channel and one column for
/// each number that the channel multiplies.
struct MatrixLayout {
  Shape shape = {};
  std::size_t rows = 0;
  std::size_t columns = 0;
  /// Whether the tensor is [columns, rows]: MatMul's second operand, and Gemm's unless transB is 1.
  bool is_transposed = false;

  friend bool operator==(const MatrixLayout&, const MatrixLayout&) = default;
};

/// The layout of a tensor whose first dimension counts output channels: [rows, ...].
MatrixLayout RowsFirst(const Shape& shape);
/// The layout of a matrix [columns, rows].
MatrixLayout ColumnsFirst(const Shape& shape);

/// The matrix that lies in a tensor with elements `tensor`, row by row.
std::vector<float> ToMatrix(const MatrixLayout& layout, std::span<const float> tensor);
/// The reverse of `ToMatrix`.
std::vector<float> ToTensor(const MatrixLayout& layout, std::span<const float> matrix);

/// How the entries of a codebook lie in the file.
enum class CodebookStorage : std::uint8_t { kFloat32, kFloat16 };

/// A weight matrix as codes: each row is cut into vectors of `vector_length` numbers, and a vector
/// is the sum over the stages of the codebook entry that its code of that stage names, times the
/// scale of the row:
///
///     W[r, order[c]] = scale[r] · Σ_s codebook[s][codes[s][r][c / d]][c % d]
///
/// The last vector of a row may be longer than what is left of it; its rest is not used.
struct CodedWeight {
  MatrixLayout layout = {};
  std::size_t vector_length = 1;
  std::size_t stages = 1;
  std::size_t entries = 2;               ///< Of one stage's codebook, 1 to 256.
  std::vector<std::uint8_t> codes = {};  ///< [stages, rows, positions], each below `entries`.
  std::vector<float> codebook = {};      ///< [stages, entries, vector_length].
  std::vector<float> scales = {};        ///< One for each row; empty: all 1.
  /// Where the column at each place of the rows belongs; empty: in their order.
  std::vector<std::uint16_t> column_order = {};
  /// With kFloat16 the entries are numbers that float16 holds exactly, see `RoundCodebook`.
  CodebookStorage storage = CodebookStorage::kFloat32;

  /// Vectors in one row.
  std::size_t positions() const { return (layout.columns + vector_length - 1) / vector_length; }
  /// Bits of one code.
  std::size_t bits() const;
  /// The codes of row `row` at `stage`.
  std::span<const std::uint8_t> CodesOf(std::size_t stage, std::size_t row) const;
  std::span<std::uint8_t> CodesOf(std::size_t stage, std::size_t row);
  /// Entry `entry` of the codebook of `stage`.
  std::span<const float> EntryOf(std::size_t stage, std::size_t entry) const;
};

/// Rounds the entries of the codebook to what `storage` holds.
void RoundCodebook(CodedWeight& coded, CodebookStorage storage);

/// The matrix before scales and column order are applied, with whole vectors:
/// [rows, positions · vector_length].
std::vector<float> ExpandCodes(const CodedWeight& coded);
/// The matrix [rows, columns] that `coded` stands for. In float32 and in the order above, so that
/// the nodes of the model give the same bits.
std::vector<float> DecodeMatrix(const CodedWeight& coded);
/// The weight tensor that `coded` stands for.
Tensor Decode(const CodedWeight& coded);

/// Bytes of codes, codebook, scales and column order in the file, without the nodes that read them.
std::size_t StoredBytes(const CodedWeight& coded);

}  // namespace slipway::codebook
