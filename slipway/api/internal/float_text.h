// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace slipway::api {

/// Room that `WriteFloat` needs: for -1.17549435e-38 and the like, and behind it for what may be
/// written over.
inline constexpr std::size_t kFloatRoom = 40;

/// Writes the finite `value` with the fewest digits that read back as the same float, those nearest
/// to it, and returns where the text ends. It is the text that std::to_chars writes, in about half
/// of the time.
///
/// The digits are found as in R. Giulietti, "The Schubfach way to render doubles" (2022), with the
/// constants of single precision. Thread-safe.
char* WriteFloat(char* text, float value);

}  // namespace slipway::api
