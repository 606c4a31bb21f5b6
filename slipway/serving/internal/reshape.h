// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/shape.h"

#include <cstdint>
#include <span>

namespace slipway::serving {

/// The shape that a tensor of `shape` has as `to` where it is seen as `from` now; both have -1 for
/// free sizes, as many and in the same order. `shape` itself if it is not as `from` says.
Shape Reshaped(const Shape& shape, std::span<const std::int64_t> from,
               std::span<const std::int64_t> to);

}  // namespace slipway::serving
