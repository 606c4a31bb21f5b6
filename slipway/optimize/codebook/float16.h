// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace slipway::codebook {

/// The bits of the IEEE 754 binary16 number nearest to `value`; infinity beyond 65,504.
std::uint16_t ToFloat16(float value);
/// The number whose bits are `bits`.
float FromFloat16(std::uint16_t bits);

}  // namespace slipway::codebook
