// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/internal/waiting_request.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::serving {

/// Waiting requests that may share an engine call, in one line for each rank: a request is taken
/// only after those of lower ranks. In each line they stand in the order in which they came to it,
/// and are due in that order too.
struct RequestGroup {
  explicit RequestGroup(std::size_t ranks) : lines(ranks) {}

  std::uint64_t key = 0;  ///< Their `BatchKeyOf`.
  std::int64_t rows = 0;  ///< Of all of them.
  std::vector<WaitingRequests> lines;

  bool empty() const { return rows == 0; }
  /// The request whose turn it is. The group is not empty.
  const WaitingRequest& first() const;
  /// When the first of them waits no longer for others. The group is not empty.
  SteadyTime due() const;
};

}  // namespace slipway::serving
