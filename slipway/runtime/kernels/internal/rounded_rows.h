// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace slipway::kernels {

/// How a row has been rounded: number c is about step · bytes[c].
struct RoundedRow {
  float step = 0;
  std::int32_t sum = 0;  ///< Of the bytes.
};

/// Rounds `count` floats, a multiple of 8, to `bytes` of -127 to 127, half to even. If one is not
/// finite, nor is the step.
RoundedRow RoundRow(const float* numbers, std::size_t count, std::int8_t* bytes);

}  // namespace slipway::kernels
