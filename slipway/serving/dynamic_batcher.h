// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/mutex.h"
#include "slipway/runtime/session.h"
#include "slipway/serving/batch_layout.h"
#include "slipway/serving/batcher.h"
#include "slipway/serving/internal/instance.h"
#include "slipway/serving/internal/request_queue.h"
#include "slipway/serving/internal/response_order.h"
#include "slipway/serving/internal/run_cost.h"
#include "slipway/serving/queue_policy.h"
#include "slipway/serving/version_metrics.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace slipway::serving {

/// How a `DynamicBatcher` groups requests and what it lets wait.
struct DynamicBatcherOptions {
  std::int64_t max_batch_size = 0;  ///< Rows of one engine call; 0: one request a call, as it is.
  /// Row counts, ascending, that need not wait for more; none: only a full batch need not.
  std::vector<std::int64_t> preferred_batch_sizes = {};
  /// How long a request that found no idle instance may wait for others once there is one. 0: not
  /// at all.
  std::chrono::microseconds max_queue_delay{0};
  QueuePolicy queue_policy = {};  ///< Of all requests, if they have no priorities.
  /// One policy for each priority level, the highest first; empty: requests have no priorities.
  std::vector<QueuePolicy> priority_levels = {};
  std::size_t default_priority = 1;  ///< Of requests that name none; 1 is the first level.
  /// Whether answers leave in the order in which the requests came. Those that are refused, or
  /// dropped in the queue, are answered at once nevertheless.
  bool preserve_ordering = false;
  BatchLayout layout = {};         ///< How engine calls are made of requests.
  std::size_t instance_count = 1;  ///< Engine calls that may run at once.
  /// The cores that the thread of each instance may use; empty, or shorter: all. Callers' threads
  /// run where they are.
  std::vector<std::vector<int>> thread_cores = {};
  /// Requests that may wait of each priority level whose policy has no `max_queue_size`.
  std::size_t max_queue_requests = 1024;
  std::uint64_t max_queue_bytes = std::uint64_t{256} << 20U;  ///< Of the inputs of all that wait.
  /// While batches take longer than this on average, they run on the instances' threads only, so
  /// that the callers' threads stay responsive and what they bring meanwhile becomes one batch.
  /// Also how long a caller's thread runs batches before it leaves the rest of the queue.
  std::chrono::microseconds inline_limit{1500};
  /// Whether the process may use one core only: another thread would but take its turns, so a
  /// caller's thread comes back for what it has left itself.
  bool has_one_core = false;
};

/// The batcher that joins requests along their first dimension.
///
/// Each instance is an executor; whoever holds one runs a batch on it. A thread that calls
/// `RunOnThisThread` borrows an idle instance: a lone request then never changes threads and is
/// never delayed. As many threads as there are instances take what is left: what callers may not
/// run for long, what waits for company, what came while all instances were busy. One more thread
/// answers those whose deadline passes in the queue, within about a millisecond of it. If the
/// engine fails on a batch of several requests, each is run alone, so that one bad request fails
/// nobody else's.
class DynamicBatcher final : public Batcher {
 public:
  /// What a batcher works with; all outlive it.
  struct Parts {
    const runtime::Session& session;
    const Clock& clock;
    VersionMetrics& metrics;
  };
  /// Starts the threads. kResourceExhausted if the machine has none left, kInvalidArgument if it
  /// has none of the cores for one.
  static Result<std::unique_ptr<DynamicBatcher>> Create(const DynamicBatcherOptions& options,
                                                        const Parts& parts);
  /// Closes.
  ~DynamicBatcher() override;

  Status Submit(QueuedRequest&& request) override;
  WorkLeft RunOnThisThread() override;
  void Close() override;

 private:
  /// What a thread has taken on: a batch with the instance to run it, and requests to turn down.
  struct Work {
    Instance* instance = nullptr;  ///< Null if there is no batch.
    RequestQueue::Taken requests = {};
    SteadyTime started = {};
  };

  DynamicBatcher(const DynamicBatcherOptions& options, const Parts& parts);
  Status StartThreads();
  void StopThreads();
  void ServeInstances(const std::stop_token& stop);
  void ServeDeadlines(const std::stop_token& stop);

  Result<QueuePlace> PlaceOf(const QueuedRequest& request) const;
  bool AwaitWake(const std::stop_token& stop);
  std::optional<Work> TakeWorkForThread();
  std::optional<Work> TakeWorkForCaller(SteadyTime now, std::chrono::nanoseconds spent,
                                        WorkLeft& left);
  std::optional<Work> AwaitUnwanted(const std::stop_token& stop);
  SteadyTime Complete(Work work);
  void TurnDown(WaitingRequests& unwanted, SteadyTime now);

  std::optional<Refusal> Accept(QueuedRequest&& request, QueuePlace& place)
      SLIPWAY_REQUIRES(mutex_);
  bool WouldBeLate(const QueuedRequest& request, const QueuePlace& place) const
      SLIPWAY_REQUIRES(mutex_);
  std::chrono::nanoseconds TimeUntilRun(std::int64_t rows_ahead, SteadyTime now) const
      SLIPWAY_REQUIRES(mutex_);
  std::optional<Work> TakeWork(SteadyTime now) SLIPWAY_REQUIRES(mutex_);
  void WakeThread(SteadyTime now) SLIPWAY_REQUIRES(mutex_);
  RequestQueue::Turn NextTurn(SteadyTime now) const SLIPWAY_REQUIRES(mutex_);
  void WatchDeadlines() SLIPWAY_REQUIRES(mutex_);
  void LookForCancelled(SteadyTime now) SLIPWAY_REQUIRES(mutex_);

  const DynamicBatcherOptions options_;
  const Clock& clock_;
  VersionMetrics& metrics_;
  const std::vector<std::size_t> ragged_inputs_;
  ResponseOrder order_;                               ///< In use with `preserve_ordering`.
  std::vector<std::unique_ptr<Instance>> instances_;  ///< Set at construction.

  Mutex mutex_;
  ConditionVariable woken_;
  ConditionVariable watch_;
  ConditionVariable drained_;
  RequestQueue queue_ SLIPWAY_GUARDED_BY(mutex_);
  std::vector<Instance*> idle_ SLIPWAY_GUARDED_BY(mutex_);
  std::size_t in_progress_ SLIPWAY_GUARDED_BY(mutex_) = 0;  ///< `Work` that is not done.
  std::size_t wakes_ SLIPWAY_GUARDED_BY(mutex_) = 0;        ///< Threads asked for, not yet come.
  std::size_t timers_ SLIPWAY_GUARDED_BY(mutex_) =
      0;  ///< Threads that wait for a request's due time.
  /// How long runs took of late; nothing before the first.
  std::optional<std::chrono::nanoseconds> run_time_ SLIPWAY_GUARDED_BY(mutex_);
  RunCost run_cost_ SLIPWAY_GUARDED_BY(mutex_);
  SteadyTime last_start_ SLIPWAY_GUARDED_BY(mutex_);  ///< Of the run that began last.
  /// When the thread that answers late requests will look at the queue next.
  SteadyTime watched_until_ SLIPWAY_GUARDED_BY(mutex_) = SteadyTime::max();
  bool cancelled_wanted_ SLIPWAY_GUARDED_BY(mutex_) = false;  ///< It is to look for cancelled ones.
  SteadyTime next_look_ SLIPWAY_GUARDED_BY(mutex_);           ///< Not before this.
  bool closed_ SLIPWAY_GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::serving
