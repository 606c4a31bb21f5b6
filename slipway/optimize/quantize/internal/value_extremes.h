// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/affine_scale.h"

#include <cstddef>
#include <span>

namespace slipway::quantize {

/// The smallest and the largest of `values`, of which there is at least one and all are finite.
ValueRange ExtremesOf(std::span<const float> values);

/// The index of the first of `values` that is not finite; their number if all are.
std::size_t FirstNonFinite(std::span<const float> values);

}  // namespace slipway::quantize
