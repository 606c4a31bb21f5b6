// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace slipway::serving {
namespace {

/// Requests that are looked at for one batch, which bounds the time under the lock when few of a
/// long queue fit together.
constexpr std::size_t kMaxLookedAt = 1024;

bool HaveSameRowShape(const TensorView& a, const TensorView& b) {
  return a.dtype == b.dtype && a.shape.rank() == b.shape.rank() && a.shape.rank() > 0 &&
         std::ranges::equal(a.shape.sizes().subspan(1), b.shape.sizes().subspan(1));
}

/// Whether the rows of both may lie in one batch and its outputs be cut apart again.
bool MayShareCall(const QueuedRequest& a, const QueuedRequest& b) {
  return a.outputs == b.outputs && std::ranges::equal(a.inputs, b.inputs, HaveSameRowShape);
}

std::uint64_t InputBytes(const QueuedRequest& request) {
  std::uint64_t bytes = 0;
  for (const TensorView& input : request.inputs) bytes += input.bytes.size();
  return bytes;
}

}  // namespace

bool IsUnwanted(const QueuedRequest& request, SteadyTime now) {
  return request.cancelled.stop_requested() || (request.deadline && *request.deadline <= now);
}

Status RequestQueue::Push(QueuedRequest&& request, std::int64_t rows, SteadyTime due) {
  const std::uint64_t bytes = InputBytes(request);
  if (!waiting_.empty() &&
      (waiting_.size() >= limits_.max_requests || bytes_ + bytes > limits_.max_bytes)) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "the queue is full: {} requests and {} bytes wait, at most {} and {} may",
                     waiting_.size(), bytes_, limits_.max_requests, limits_.max_bytes);
  }
  if (spare_.empty()) spare_.emplace_back();
  WaitingRequest& waiting = spare_.front();
  waiting.request = std::move(request);
  waiting.rows = std::max<std::int64_t>(rows, 1);
  waiting.bytes = bytes;
  waiting.due = due;
  rows_ += waiting.rows;
  bytes_ += bytes;
  waiting_.splice(waiting_.end(), spare_, spare_.begin());
  return {};
}

RequestQueue::Taken RequestQueue::Take(std::int64_t max_rows, SteadyTime now) {
  Taken taken;
  std::int64_t rows = 0;
  std::size_t looked_at = 0;
  for (auto next = waiting_.begin(); next != waiting_.end() && looked_at < kMaxLookedAt;
       ++looked_at) {
    if (rows >= max_rows) break;
    const auto candidate = next++;
    if (IsUnwanted(candidate->request, now)) {
      MoveTo(taken.unwanted, candidate);
    } else if (taken.batch.empty() ||
               MayShareCall(taken.batch.front().request, candidate->request)) {
      // What fits no more must not be overtaken by smaller ones for ever.
      if (!taken.batch.empty() && rows + candidate->rows > max_rows) break;
      rows += candidate->rows;
      MoveTo(taken.batch, candidate);
    }
  }
  return taken;
}

void RequestQueue::Recycle(WaitingRequests&& answered) {
  spare_.splice(spare_.end(), std::move(answered));
}

void RequestQueue::MoveTo(WaitingRequests& target, WaitingRequests::iterator waiting) {
  rows_ -= waiting->rows;
  bytes_ -= waiting->bytes;
  target.splice(target.end(), waiting_, waiting);
}

}  // namespace slipway::serving
