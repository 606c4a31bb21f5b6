// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace slipway::codebook {

/// The product of `rows`, [any, n], and `symmetric`, [n, n].
std::vector<float> TimesSymmetric(std::span<const float> rows, std::span<const float> symmetric);

}  // namespace slipway::codebook
