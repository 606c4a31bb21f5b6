// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_group.h"

#include <algorithm>

namespace slipway::serving {

const WaitingRequest& RequestGroup::first() const {
  return std::ranges::find_if_not(lines, &WaitingRequests::empty)->front();
}

SteadyTime RequestGroup::due() const {
  SteadyTime due = SteadyTime::max();
  for (const WaitingRequests& line : lines) {
    if (!line.empty()) due = std::min(due, line.front().due);
  }
  return due;
}

}  // namespace slipway::serving
