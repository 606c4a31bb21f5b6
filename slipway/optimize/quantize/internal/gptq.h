// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/block_weights.h"
#include "slipway/optimize/quantize/input_moments.h"

namespace slipway::quantize {

/// Rounds the finite weights of `matrix` to codes one column after the other and makes up for the
/// error of each with the columns that are still to come, so that the layer's outputs on the inputs
/// with `moments`, of which there are `matrix.depth`, change the least: GPTQ (Frantar et al.,
/// 2022). The grid of a block is searched for when its first column is reached, in the weights as
/// they are then. kInvalidArgument if the moments are of another depth or not finite.
Result<BlockWeights> RoundByGptq(const WeightMatrix& matrix, const BlockFormat& format,
                                 const SecondMoments& moments);

}  // namespace slipway::quantize
