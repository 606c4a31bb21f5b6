// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/internal/expiry_heap.h"
#include "slipway/serving/internal/refusal.h"
#include "slipway/serving/internal/request_group.h"
#include "slipway/serving/internal/waiting_request.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace slipway::serving {

/// What a queue may hold and how it fills batches.
struct RequestQueueOptions {
  /// Requests that may wait, one bound for each priority level, the highest first. An empty queue
  /// accepts any request.
  std::vector<std::size_t> max_requests = {0};
  std::uint64_t max_bytes = 0;  ///< Of the inputs of all requests in the queue.
  std::int64_t max_rows = 1;    ///< Of a batch.
  /// Row counts, ascending, that need not wait for more.
  std::vector<std::int64_t> preferred_rows = {};
  bool may_join = true;                         ///< Whether a batch may have several requests.
  std::vector<std::size_t> ragged_inputs = {};  ///< See `BatchKeyOf`.
};

/// Where a request goes in the queue, and until when.
struct QueuePlace {
  std::uint64_t key = 0;  ///< `BatchKeyOf` the request.
  std::int64_t rows = 0;
  std::size_t level = 0;                    ///< Priority, 0 is highest.
  SteadyTime due = {};                      ///< When it waits no longer for company.
  std::optional<SteadyTime> delay_at = {};  ///< When it falls behind others of its level.
  std::optional<SteadyTime> deadline = {};  ///< When it gives up.
};

/// Requests that wait for an instance: side by side where they may not share an engine call, by
/// priority and then by age otherwise.
///
/// Not thread-safe: the batcher's mutex guards it. Allocates only to hold more requests than it
/// ever held.
class RequestQueue {
 public:
  explicit RequestQueue(RequestQueueOptions options);

  /// Adds `request`, and sets its deadline; or says why not, with all but `drain`, and leaves it as
  /// it was.
  std::optional<Refusal> Push(QueuedRequest&& request, const QueuePlace& place);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  /// Rows of the requests that go before a new one of this level.
  std::int64_t RowsAhead(std::size_t level) const;

  /// The time of the next deadline or delay, if any request has one.
  std::optional<SteadyTime> next_expiry() const;
  /// Moves what is past its deadline to `expired`, and what is past its `delay_at` behind others.
  void Expire(SteadyTime now, WaitingRequests& expired);
  /// Moves all whose callers have gone to `cancelled`. Looks at every request.
  void TakeCancelled(WaitingRequests& cancelled);

  /// Whose turn it is.
  struct Turn {
    RequestGroup* group = nullptr;  ///< Null if nobody may go yet.
    std::int64_t max_rows = 0;      ///< Of the batch.
    explicit operator bool() const { return group != nullptr; }
  };
  /// The turn of the oldest request of the highest priority among those that need not wait for
  /// company any more; with `at_once` none needs to.
  Turn NextTurn(SteadyTime now, bool at_once) const;
  /// When the first request waits no longer for company. The queue is not empty.
  SteadyTime NextDue() const;

  /// What `Take` takes out.
  struct Taken {
    WaitingRequests batch = {};     ///< To be run in one engine call.
    WaitingRequests unwanted = {};  ///< Their deadline has passed, or their caller has gone.
  };
  /// Moves the requests of one batch, and cancelled ones that it meets, to `taken`. Requests with a
  /// deadline before `done_by` let go first those that can still be answered in time.
  void Take(const Turn& turn, SteadyTime done_by, Taken& taken);
  /// Takes back the nodes of requests that have been answered and hold nothing any more.
  void Recycle(WaitingRequests&& answered);

 private:
  /// What waits of one priority level.
  struct Level {
    std::size_t requests = 0;
    std::int64_t rows = 0;
  };

  std::optional<Refusal> Refuse(std::uint64_t bytes, std::size_t level) const;
  RequestGroup& GroupFor(const QueuedRequest& request, std::uint64_t key);
  void Append(RequestGroup& group, WaitingRequests& source, WaitingRequests::iterator waiting);
  void Track(WaitingRequests::iterator waiting);
  void Delay(WaitingRequests::iterator waiting, SteadyTime now);
  void MoveTo(WaitingRequests& target, WaitingRequests::iterator waiting);
  void RetireIfEmpty(RequestGroup& group);
  std::int64_t RowsReady(const RequestGroup& group, SteadyTime now) const;
  void FillBatch(const Turn& turn, std::optional<SteadyTime> done_by, Taken& taken);

  const RequestQueueOptions options_;
  std::vector<std::unique_ptr<RequestGroup>> groups_;  ///< None is empty.
  std::vector<std::unique_ptr<RequestGroup>> spare_groups_;
  ExpiryHeap expiring_;
  WaitingRequests spare_;
  std::vector<Level> levels_;
  std::size_t size_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t next_number_ = 0;
};

}  // namespace slipway::serving
