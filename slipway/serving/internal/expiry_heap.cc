// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/expiry_heap.h"

namespace slipway::serving {

void ExpiryHeap::Add(WaitingRequests::iterator waiting) {
  heap_.push_back(waiting);
  SiftUp(heap_.size() - 1);
}

void ExpiryHeap::Remove(WaitingRequests::iterator waiting) {
  const std::size_t position = waiting->heap_position;
  if (position == WaitingRequest::kNoPosition) return;
  waiting->heap_position = WaitingRequest::kNoPosition;
  const WaitingRequests::iterator last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  Put(position, last);
  SiftUp(position);
  SiftDown(last->heap_position);
}

void ExpiryHeap::Put(std::size_t position, WaitingRequests::iterator waiting) {
  heap_[position] = waiting;
  waiting->heap_position = position;
}

void ExpiryHeap::SiftUp(std::size_t position) {
  const WaitingRequests::iterator moved = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (heap_[parent]->expires <= moved->expires) break;
    Put(position, heap_[parent]);
    position = parent;
  }
  Put(position, moved);
}

void ExpiryHeap::SiftDown(std::size_t position) {
  const WaitingRequests::iterator moved = heap_[position];
  for (std::size_t child = 2 * position + 1; child < heap_.size(); child = 2 * position + 1) {
    const bool right_is_sooner =
        child + 1 < heap_.size() && heap_[child + 1]->expires < heap_[child]->expires;
    if (right_is_sooner) ++child;
    if (moved->expires <= heap_[child]->expires) break;
    Put(position, heap_[child]);
    position = child;
  }
  Put(position, moved);
}

}  // namespace slipway::serving
