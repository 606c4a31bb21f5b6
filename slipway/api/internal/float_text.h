// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace slipway::api {

/// Room that `WriteFloats` needs for each float: for -1.17549435e-38 and the like with a comma, and
/// behind it for what may be written over.
inline constexpr std::size_t kFloatRoom = 40;

/// Writes the finite `values` with a comma between two, and returns where the text ends. Each has
/// the fewest digits that read back as the same float, those nearest to it: it is the text that
/// std::to_chars writes, in about a fifth of the time. Zero with a sign is -0.0, since "-0" would
/// come back as the integer 0 from many parsers.
///
/// Thread-safe.
char* WriteFloats(char* text, std::span<const float> values);

}  // namespace slipway::api
