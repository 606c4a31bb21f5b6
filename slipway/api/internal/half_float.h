// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace slipway::api {

/// The bits of an IEEE 754 binary16 number.
struct Float16 {
  std::uint16_t bits = 0;
};

/// The bits of a bfloat16 number: the upper half of a binary32.
struct Bfloat16 {
  std::uint16_t bits = 0;
};

/// `value` rounded to nearest, ties to even; infinity if it is too large.
Float16 RoundToFloat16(double value);
Bfloat16 RoundToBfloat16(double value);

/// The exact value of `number`.
float ToFloat(Float16 number);
float ToFloat(Bfloat16 number);

}  // namespace slipway::api
