// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace slipway::serving {

/// Where a request stands in its caller's distributed trace: what W3C's `traceparent` says.
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id = {};  ///< Never all zero.
  std::array<std::uint8_t, 8> parent_id = {};  ///< The caller's span; never all zero.
  bool sampled = false;                        ///< Whether the caller records its part.

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

}  // namespace slipway::serving
