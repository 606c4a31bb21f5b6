// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstdint>
#include <string_view>

namespace slipway::codebook {

/// How weights become codes.
enum class CodingMethod : std::uint8_t {
  kUniform,             ///< Equal steps, a scale for each channel: to compare the others with.
  kPowerOfTwo,          ///< 0 and ±2^-n, a scale for each channel.
  kAdditivePowerOfTwo,  ///< Sums of powers of two, a scale for each channel.
  kCodebook,            ///< A number of a codebook of the layer for each weight.
  kProduct,             ///< A vector of a codebook of the layer for some consecutive weights.
  kResidual,            ///< A sum of vectors, each of a codebook of its own.
};

/// "uniform", "log2", "apot", "codebook", "pq" or "residual".
std::string_view CodingMethodName(CodingMethod method);
/// The method called `name`. kInvalidArgument that lists the names if there is none.
Result<CodingMethod> ParseCodingMethod(std::string_view name);

}  // namespace slipway::codebook
