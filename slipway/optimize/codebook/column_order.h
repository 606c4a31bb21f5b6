// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/coded_weight.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::codebook {

/// How an order of columns is looked for.
struct ColumnOrderOptions {
  std::size_t vector_length = 8;
  std::size_t attempts = 4000;  ///< Exchanges of two columns that are tried.
  std::uint64_t seed = 1;
};

/// An order of the columns of `matrix`, [rows, columns], for `CodedWeight::column_order`, with
/// which vectors of consecutive numbers of a row are easier to quantize: the determinant of their
/// covariance, which bounds the error that a codebook leaves, is made smaller. Columns of like
/// energy come to the same place of a vector, then exchanges of columns that help are kept.
/// (Martinez et al. 2021, "Permute, quantize, and fine-tune", without their condition that other
/// layers take the permutation over: here it is stored.) The matrix has at most 65,536 columns.
std::vector<std::uint16_t> FindColumnOrder(const MatrixLayout& layout,
                                           std::span<const float> matrix,
                                           const ColumnOrderOptions& options);

/// The logarithm of the determinant of the covariance about 0 of the vectors that `order` gives.
double LogDeterminant(const MatrixLayout& layout, std::span<const float> matrix,
                      std::span<const std::uint16_t> order, std::size_t vector_length);

}  // namespace slipway::codebook
