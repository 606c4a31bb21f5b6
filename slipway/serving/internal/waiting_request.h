// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/batcher.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <optional>

namespace slipway::serving {

struct RequestGroup;

/// A request in the queue, with what the batcher needs to know of it.
struct WaitingRequest {
  static constexpr std::size_t kNoPosition = std::numeric_limits<std::size_t>::max();

  QueuedRequest request;
  std::int64_t rows = 0;     ///< What it adds to a batch; at least 1, even with empty tensors.
  std::uint64_t bytes = 0;   ///< Of its inputs.
  std::uint64_t number = 0;  ///< Its place in the order of arrival, from 0 without gaps.
  SteadyTime due;            ///< When it waits no longer for others to join it.
  std::optional<SteadyTime> delay_at;  ///< When it falls behind others of its level.

  // The queue's own.
  RequestGroup* group = nullptr;  ///< The one it waits in.
  std::size_t rank = 0;           ///< Which of the group's lines it is in.
  SteadyTime expires;             ///< `delay_at` or the deadline, if it is in the heap.
  std::size_t heap_position = kNoPosition;
};

/// Requests that left the queue together. A list, so that their nodes go round without allocation.
using WaitingRequests = std::list<WaitingRequest>;

/// The rows of a request: the first dimension of its inputs. 1 if no input has one.
std::int64_t RowsOf(const QueuedRequest& request);

}  // namespace slipway::serving
