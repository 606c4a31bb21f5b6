// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstddef>

namespace slipway::graph {

/// What `FoldBatchNormalization` did.
struct BatchNormFolding {
  std::size_t folded = 0;
  std::size_t left = 0;  ///< Batch normalizations that could not be folded.

  friend bool operator==(const BatchNormFolding&, const BatchNormFolding&) = default;
};

/// Folds each BatchNormalization into the Conv, ConvTranspose or Gemm whose result it alone reads:
/// with s = scale / sqrt(variance + epsilon), weights of output channel c become s[c] · W[c] and
/// its bias s[c] · (b[c] - mean[c]) + beta[c]. (Jacob et al. 2018, section 3.2)
///
/// One is left as it is if a tensor that it takes is no float32 initializer, if it is in training
/// mode, or if a result would not be finite. Weights that other nodes read too are copied. What the
/// fold leaves without a reader stays until `RemoveUnused`.
BatchNormFolding FoldBatchNormalization(Graph& graph);

}  // namespace slipway::graph
