// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/shared_memory.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace slipway::api {

/// How one output that a request names is to be sent.
struct RequestedOutput {
  std::optional<bool> binary = {};  ///< `binary_data`.
  std::uint64_t classes = 0;  ///< `classification`: so many best classes; 0: the output itself.
  /// Where the bytes go instead of into the answer.
  std::optional<SharedMemoryRange> memory = {};
};

/// How the outputs of a response are sent over REST.
struct OutputChoice {
  bool by_default = false;                      ///< `binary_data_output` of the request.
  std::vector<RequestedOutput> requested = {};  ///< In order; empty: all outputs, by default.

  /// Whether output `index` of the response is sent as bytes behind the JSON.
  bool IsBinary(std::size_t index) const {
    if (index >= requested.size()) return by_default;
    return !requested[index].memory && requested[index].binary.value_or(by_default);
  }
  /// Where output `index` goes; null: into the answer.
  const SharedMemoryRange* MemoryOf(std::size_t index) const {
    if (index >= requested.size() || !requested[index].memory) return nullptr;
    return &*requested[index].memory;
  }
};

}  // namespace slipway::api
