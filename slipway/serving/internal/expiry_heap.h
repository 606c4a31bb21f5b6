// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/internal/waiting_request.h"

#include <cstddef>
#include <vector>

namespace slipway::serving {

/// The waiting requests whose time is bounded, soonest first. Each knows its position, so that one
/// that leaves early leaves nothing behind.
///
/// Not thread-safe. Allocates only to hold more than it ever held.
class ExpiryHeap {
 public:
  /// Adds a request that is not in the heap; its `expires` stays as it is until it is removed.
  void Add(WaitingRequests::iterator waiting);
  /// Removes the request if it is in the heap.
  void Remove(WaitingRequests::iterator waiting);

  bool empty() const { return heap_.empty(); }
  /// The request that expires first; there is one.
  WaitingRequests::iterator soonest() const { return heap_.front(); }

 private:
  void Put(std::size_t position, WaitingRequests::iterator waiting);
  void SiftUp(std::size_t position);
  void SiftDown(std::size_t position);

  std::vector<WaitingRequests::iterator> heap_;
};

}  // namespace slipway::serving
