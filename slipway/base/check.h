// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>

namespace slipway {

/// Prints `condition`, and the place, then aborts.
[[noreturn]] void CheckFailed(const char* condition,
                              std::source_location where = std::source_location::current());

}  // namespace slipway

/// Ends the process when `condition` is false: for bugs of ours alone, never for bytes that come
/// from a client, a model file or the disk.
#define SLIPWAY_CHECK(condition)          \
  do {                                    \
    if (!(condition)) [[unlikely]] {      \
      ::slipway::CheckFailed(#condition); \
    }                                     \
  } while (false)
