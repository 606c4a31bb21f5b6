// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/block_weights.h"
#include "slipway/optimize/quantize/input_moments.h"

namespace slipway::quantize {

/// Learns how the finite weights of `matrix` are best rounded: codes and scales are changed, one
/// after the other, as long as the layer's outputs on the inputs with `moments` get closer to what
/// they were. The objective is that of AdaRound (Nagel et al., 2020); it is lowered by coordinate
/// descent, as in QuantEase (Behdin et al., 2023), from what `RoundByGptq` gives, and never rises.
/// kInvalidArgument as there.
Result<BlockWeights> RoundAdaptively(const WeightMatrix& matrix, const BlockFormat& format,
                                     const SecondMoments& moments);

}  // namespace slipway::quantize
