// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/kernels/internal/dot_products.h"

namespace slipway::kernels {

// What AVX2 does that AVX-512 without VNNI does no better; see `DotProducts`.
void MultiplyRoundedNibblesAvx2(const NibbleRows& rows, const std::uint8_t* levels,
                                const std::int8_t* x, std::int32_t* sums);
void MultiplyBytesAvx2(const ByteRows& rows, const std::int8_t* x, std::int32_t* sums);

}  // namespace slipway::kernels
