// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace slipway {

/// The length in bytes, 1 to 4, of the well-formed UTF-8 sequence that `text` starts with, or 0 if
/// it starts with none (Unicode Standard, table 3-7).
std::size_t Utf8SequenceLength(std::string_view text);

/// Whether all of `text` is well-formed UTF-8.
bool IsUtf8(std::string_view text);

}  // namespace slipway
