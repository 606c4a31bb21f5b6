// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/kernels/internal/dot_products.h"

namespace slipway::kernels {

// The products of floats, which VNNI does not change; see `DotProducts`.
extern const std::uint8_t kSlotsAvx512[kColumnBlock];
void MultiplyNibblesAvx512(const NibbleRows& rows, const float* levels, const float* x,
                           float* sums);
void ExpandNibblesAvx512(const NibbleRows& rows, const float* levels, float* numbers);
void MultiplyFloatsAvx512(const FloatRows& weights, const FloatRows& x, const Products& products);
void MultiplyColumnsAvx512(const EntryColumns& columns, const float* x, float* sums);

}  // namespace slipway::kernels
