// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/block_weights.h"
#include "slipway/optimize/quantize/input_moments.h"

namespace slipway::quantize {

/// Rounds each weight of `matrix` to the nearest code of its block's grid, which is the one that
/// brings the outputs of the row closest to what they were, of those that
/// `GridSearch::kHalfQuadratic` comes upon. With e for what a row is off by and M for `moments`,
/// the error of its outputs is e · M · eᵀ: it begins with the grids of kRange and is made smaller
/// block by block while the others stay, so that it is never larger than with kRange.
///
/// kInvalidArgument if the moments do not fit the matrix or are not finite.
Result<BlockWeights> RoundToGridsByInputs(const WeightMatrix& matrix, const BlockFormat& format,
                                          const SecondMoments& moments);

}  // namespace slipway::quantize
