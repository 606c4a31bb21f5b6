// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace slipway::quantize {

/// The bits of the IEEE 754 binary16 number nearest to `value`, halves to the even one. What is too
/// large becomes an infinity, what is too small a subnormal number or zero; NaN stays NaN.
std::uint16_t Float16Bits(float value);
/// The number whose binary16 bits are `bits`, exactly.
float FromFloat16Bits(std::uint16_t bits);

/// The bits of the bfloat16 number nearest to `value`, likewise. It has the range of float32.
std::uint16_t Bfloat16Bits(float value);
/// The number whose bfloat16 bits are `bits`, exactly.
float FromBfloat16Bits(std::uint16_t bits);

}  // namespace slipway::quantize
