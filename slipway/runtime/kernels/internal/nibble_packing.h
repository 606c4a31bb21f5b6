// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/kernels/internal/weight_form.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::kernels {

/// What a code of four bits can name.
constexpr std::size_t kNibbleEntries = 16;

/// The codes of `weight`, which are single and below 16, as `NibbleRows` with `slots`; what rows
/// are filled up with is code 0.
std::vector<std::uint8_t> PackNibbles(const UnpackedWeight& weight, const std::uint8_t* slots);

}  // namespace slipway::kernels
