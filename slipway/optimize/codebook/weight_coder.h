// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/codebook/coded_weight.h"
#include "slipway/optimize/codebook/coding_method.h"
#include "slipway/optimize/codebook/refine_codes.h"

#include <cstddef>
#include <cstdint>

namespace slipway::codebook {

/// How one weight matrix becomes codes.
struct CodingOptions {
  CodingMethod method = CodingMethod::kAdditivePowerOfTwo;
  std::size_t bits = 4;           ///< Of one code: 2 to 8, for codebooks 1 to 8.
  std::size_t vector_length = 8;  ///< Weights that share a code: 2 to 64. kProduct, kResidual only.
  std::size_t stages = 2;         ///< Vectors that are summed: 2 to 4. kResidual only.
  /// Whether columns are put in an order in which vectors are easier to quantize, at two bytes for
  /// each column in the file. kProduct, kResidual only.
  bool orders_columns = false;
  /// Rounds of least squares on what the layer takes in, if that is known; 0: none.
  std::size_t refine_rounds = 8;
  std::uint64_t seed = 1;  ///< Of the start of k-means and the search for an order.
};

/// kInvalidArgument that names the field if one of `options` is out of its bounds.
Status CheckCodingOptions(const CodingOptions& options);

/// The finite matrix of `target`, which lies as `layout` says, as codes. Without moments in
/// `target` the error of the weights is made small; with them, that of the layer's outputs.
///
/// Options are valid. A layer that is small against its codebook gets shorter vectors.
CodedWeight CodeMatrix(const MatrixLayout& layout, const CodingTarget& target,
                       const CodingOptions& options);

}  // namespace slipway::codebook
