// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/batcher.h"

#include <cstddef>
#include <cstdint>
#include <list>

namespace slipway::serving {

/// A request in the queue, with what the batcher needs to know of it.
struct WaitingRequest {
  QueuedRequest request;
  std::int64_t rows = 0;    ///< What it adds to a batch; at least 1, even with empty tensors.
  std::uint64_t bytes = 0;  ///< Of its inputs.
  SteadyTime due;           ///< When it waits no longer for others to join it.
};

/// Requests that left the queue together. A list, so that their nodes go round without allocation.
using WaitingRequests = std::list<WaitingRequest>;

/// What the queue may hold. A request is always accepted by an empty queue.
struct QueueLimits {
  std::size_t max_requests = 0;
  std::uint64_t max_bytes = 0;  ///< Of the inputs of all requests in the queue.
};

/// Requests that wait for an instance, oldest first.
///
/// Not thread-safe: the batcher's mutex guards it. Allocates only to hold more requests than it
/// ever held.
class RequestQueue {
 public:
  explicit RequestQueue(const QueueLimits& limits) : limits_(limits) {}

  /// Adds `request` at the end; `rows` and `bytes` are its own. kResourceExhausted if the queue is
  /// full; `request` is then as it was.
  Status Push(QueuedRequest&& request, std::int64_t rows, SteadyTime due);

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  /// Rows of all requests.
  std::int64_t rows() const { return rows_; }
  const WaitingRequest& oldest() const { return waiting_.front(); }

  /// What `Take` takes out.
  struct Taken {
    WaitingRequests batch;     ///< To be run in one engine call; empty if nobody wants any more.
    WaitingRequests unwanted;  ///< Their deadline has passed, or their caller has gone.
  };
  /// Takes the oldest request that is wanted at `now` and those behind it that may run in one
  /// engine call with it, up to `max_rows` rows; and the unwanted ones that it meets.
  Taken Take(std::int64_t max_rows, SteadyTime now);
  /// Takes back the nodes of requests that have been answered and hold nothing any more.
  void Recycle(WaitingRequests&& answered);

 private:
  void MoveTo(WaitingRequests& target, WaitingRequests::iterator waiting);

  const QueueLimits limits_;
  WaitingRequests waiting_;
  WaitingRequests spare_;
  std::int64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Whether nobody wants the answer any more.
bool IsUnwanted(const QueuedRequest& request, SteadyTime now);

}  // namespace slipway::serving
