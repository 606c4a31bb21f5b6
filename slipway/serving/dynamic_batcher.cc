// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/dynamic_batcher.h"

#include "slipway/serving/internal/batch_key.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace slipway::serving {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;

/// Waking a sleeping thread costs about this much; shorter work is done sooner without it.
constexpr nanoseconds kWorthAnotherThread = 50us;
/// The share of the newest run in the average is one over this.
constexpr int kRunTimeWindow = 8;
/// Late requests are answered together, at most this long after the first one's deadline.
constexpr nanoseconds kDeadlineGrain = 500us;
/// A deadline may be further away than a time point can tell.
constexpr nanoseconds kLongestSleep = std::chrono::hours(1);
/// A full queue is searched for requests whose callers have gone at most this often.
constexpr nanoseconds kCancelledInterval = 10ms;

/// How long a request may wait under `policy`; 0: as long as it likes.
microseconds TimeoutOf(const QueuePolicy& policy, const QueuedRequest& request) {
  const bool overrides = policy.allow_timeout_override && request.timeout > 0us &&
                         (policy.timeout == 0us || request.timeout < policy.timeout);
  return overrides ? request.timeout : policy.timeout;
}

std::vector<std::size_t> QueueLimits(const DynamicBatcherOptions& options) {
  const auto limit_of = [&](const QueuePolicy& policy) {
    return policy.max_queue_size > 0 ? policy.max_queue_size : options.max_queue_requests;
  };
  if (options.priority_levels.empty()) return {limit_of(options.queue_policy)};
  std::vector<std::size_t> limits;
  std::ranges::transform(options.priority_levels, std::back_inserter(limits), limit_of);
  return limits;
}

RequestQueueOptions QueueOptions(const DynamicBatcherOptions& options) {
  return {.max_requests = QueueLimits(options),
          .max_bytes = options.max_queue_bytes,
          .max_rows = std::max<std::int64_t>(options.max_batch_size, 1),
          .preferred_rows = options.preferred_batch_sizes,
          .may_join = options.max_batch_size > 0,
          .ragged_inputs = options.layout.RaggedInputs()};
}

/// Lets `thread` run on these cores only; on all if there are none.
Status RunOnCores(std::jthread& thread, const std::vector<int>& cores) {
  if (cores.empty()) return {};
  ::cpu_set_t set = {};
  for (const int core : cores) CPU_SET(static_cast<std::size_t>(core), &set);
  if (::pthread_setaffinity_np(thread.native_handle(), sizeof(set), &set) == 0) return {};
  return InvalidArgument(
      "instance threads cannot run on cores {}: the process may use none of them",
      fmt::join(cores, ", "));
}

}  // namespace

Result<std::unique_ptr<DynamicBatcher>> DynamicBatcher::Create(const DynamicBatcherOptions& options,
                                                               const Parts& parts) {
  std::unique_ptr<DynamicBatcher> batcher(new DynamicBatcher(options, parts));
  try {
    SLIPWAY_TRY(batcher->StartThreads());
  } catch (const std::system_error& error) {
    return MakeError(ErrorCode::kResourceExhausted, "cannot start {} instance threads: {}",
                     options.instance_count, error.what());
  }
  return batcher;
}

DynamicBatcher::DynamicBatcher(const DynamicBatcherOptions& options, const Parts& parts)
    : options_(options),
      clock_(parts.clock),
      metrics_(parts.metrics),
      ragged_inputs_(options.layout.RaggedInputs()),
      queue_(QueueOptions(options)) {
  const Instance::Parts instance{.clock = clock_,
                                 .metrics = metrics_,
                                 .layout = options_.layout,
                                 .order = options.preserve_ordering ? &order_ : nullptr};
  for (std::size_t i = 0; i < options.instance_count; ++i) {
    instances_.push_back(std::make_unique<Instance>(parts.session.NewExecutor(), instance));
    idle_.push_back(instances_.back().get());
  }
}

DynamicBatcher::~DynamicBatcher() { Close(); }

Status DynamicBatcher::StartThreads() {
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { ServeInstances(stop); });
    ::pthread_setname_np(threads_.back().native_handle(), "slipway-batch");
    if (i < options_.thread_cores.size()) {
      SLIPWAY_TRY(RunOnCores(threads_.back(), options_.thread_cores[i]));
    }
  }
  threads_.emplace_back([this](const std::stop_token& stop) { ServeDeadlines(stop); });
  ::pthread_setname_np(threads_.back().native_handle(), "slipway-expire");
  return {};
}

void DynamicBatcher::StopThreads() {
  std::vector<std::jthread> threads;
  {
    const MutexLock lock(mutex_);
    threads.swap(threads_);
    for (std::jthread& thread : threads) thread.request_stop();
    woken_.NotifyAll();
    watch_.NotifyAll();
  }
}

Status DynamicBatcher::Submit(QueuedRequest&& request) {
  SLIPWAY_TRY_ASSIGN(QueuePlace place, PlaceOf(request));
  std::optional<Refusal> refusal;
  {
    const MutexLock lock(mutex_);
    refusal = Accept(std::move(request), place);
  }
  if (refusal) return ToError(*refusal);
  return {};
}

Result<QueuePlace> DynamicBatcher::PlaceOf(const QueuedRequest& request) const {
  const bool batches = options_.max_batch_size > 0;
  QueuePlace place{.rows = batches ? RowsOf(request) : 1, .deadline = request.deadline};
  if (batches && place.rows > options_.max_batch_size) {
    return InvalidArgument("the request has {} rows: at most max_batch_size, {}, are allowed",
                           place.rows, options_.max_batch_size);
  }
  if (batches) place.key = BatchKeyOf(request, ragged_inputs_);
  const QueuePolicy* policy = &options_.queue_policy;
  if (const std::size_t levels = options_.priority_levels.size(); levels > 0) {
    const std::uint64_t priority =
        request.priority == 0 ? options_.default_priority : request.priority;
    if (priority > levels) {
      return InvalidArgument("priority is {}: want 1, the highest, to {}", priority, levels);
    }
    place.level = static_cast<std::size_t>(priority) - 1;
    policy = &options_.priority_levels[place.level];
  }
  const microseconds timeout = TimeoutOf(*policy, request);
  if (timeout == 0us) return place;
  const SteadyTime end = request.arrived + timeout;
  if (policy->timeout_action == TimeoutAction::kDelay) {
    place.delay_at = end;
  } else {
    place.deadline = std::min(request.deadline.value_or(end), end);
  }
  return place;
}

std::optional<Refusal> DynamicBatcher::Accept(QueuedRequest&& request, QueuePlace& place) {
  if (closed_) return Refusal{.reason = Refusal::Reason::kClosed};
  const SteadyTime now = request.arrived;
  const bool may_start = !idle_.empty() && queue_.empty();
  place.due = may_start ? now : now + options_.max_queue_delay;
  // One that cannot wait for company that long need not wait at all.
  if (place.deadline && *place.deadline <= place.due) place.due = now;
  const auto drain_from = [&](std::int64_t rows_ahead) SLIPWAY_REQUIRES(mutex_) {
    return duration_cast<microseconds>(TimeUntilRun(rows_ahead, now));
  };
  if (WouldBeLate(request, place)) {
    return Refusal{.reason = Refusal::Reason::kTooLate,
                   .limit = static_cast<std::uint64_t>(
                       duration_cast<microseconds>(*place.deadline - now).count()),
                   .drain = drain_from(queue_.RowsAhead(place.level))};
  }
  std::optional<Refusal> refusal = queue_.Push(std::move(request), place);
  if (refusal) {
    refusal->drain = drain_from(queue_.RowsAhead(place.level));
    LookForCancelled(now);
  } else {
    metrics_.SetPending(queue_.size());
  }
  return refusal;
}

bool DynamicBatcher::WouldBeLate(const QueuedRequest& request, const QueuePlace& place) const {
  // While an instance is idle, estimates must not turn work away: only work corrects them.
  if (!place.deadline || *place.deadline <= request.arrived || !idle_.empty()) return false;
  const SteadyTime start =
      request.arrived + TimeUntilRun(queue_.RowsAhead(place.level), request.arrived);
  if (start > *place.deadline) return true;
  return request.deadline && start + run_time_.value_or(0ns) > *request.deadline;
}

nanoseconds DynamicBatcher::TimeUntilRun(std::int64_t rows_ahead, SteadyTime now) const {
  const nanoseconds run_time = run_time_.value_or(0ns);
  const nanoseconds rest = std::clamp<nanoseconds>(last_start_ + run_time - now, 0ns, run_time);
  const std::int64_t runs = rows_ahead / std::max<std::int64_t>(options_.max_batch_size, 1);
  return rest + run_time * runs / static_cast<std::int64_t>(instances_.size());
}

WorkLeft DynamicBatcher::RunOnThisThread() {
  const SteadyTime start = clock_.Now();
  SteadyTime now = start;
  WorkLeft left = WorkLeft::kNone;
  while (std::optional<Work> work = TakeWorkForCaller(now, now - start, left)) {
    now = Complete(*std::move(work));
  }
  return left;
}

void DynamicBatcher::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
    wakes_ = instances_.size();
    woken_.NotifyAll();
    while (!queue_.empty() || in_progress_ > 0) drained_.Wait(lock);
  }
  StopThreads();
}

void DynamicBatcher::ServeInstances(const std::stop_token& stop) {
  while (AwaitWake(stop)) {
    while (std::optional<Work> work = TakeWorkForThread()) Complete(*std::move(work));
  }
}

void DynamicBatcher::ServeDeadlines(const std::stop_token& stop) {
  while (std::optional<Work> work = AwaitUnwanted(stop)) Complete(*std::move(work));
}

bool DynamicBatcher::AwaitWake(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (wakes_ == 0 && !stop.stop_requested()) woken_.Wait(lock);
  if (wakes_ == 0) return false;
  --wakes_;
  return true;
}

std::optional<DynamicBatcher::Work> DynamicBatcher::TakeWorkForThread() {
  MutexLock lock(mutex_);
  while (!queue_.empty() && !idle_.empty()) {
    const SteadyTime now = clock_.Now();
    if (std::optional<Work> work = TakeWork(now)) return work;
    ++timers_;
    // The clock may be a fake; the sleep is real.
    woken_.WaitUntil(lock, std::chrono::steady_clock::now() + (queue_.NextDue() - now));
    --timers_;
    if (wakes_ > 0) --wakes_;
  }
  return std::nullopt;
}

// If there is none for the caller, `left` says why.
std::optional<DynamicBatcher::Work> DynamicBatcher::TakeWorkForCaller(SteadyTime now,
                                                                      nanoseconds spent,
                                                                      WorkLeft& left) {
  const MutexLock lock(mutex_);
  left = queue_.empty() && in_progress_ == 0 ? WorkLeft::kNone : WorkLeft::kElsewhere;
  if (queue_.empty()) return std::nullopt;
  // Who holds the last instance will look at the queue when done with it.
  if (!idle_.empty()) {
    const nanoseconds run_time = run_time_.value_or(0ns);
    if (run_time < options_.inline_limit) {
      const bool has_time = spent == 0ns || spent + run_time < options_.inline_limit;
      if (has_time) {
        if (std::optional<Work> work = TakeWork(now)) return work;
      } else if (options_.has_one_core && NextTurn(now)) {
        left = WorkLeft::kHere;
      }
    }
    if (left != WorkLeft::kHere) WakeThread(now);
  }
  WatchDeadlines();
  return std::nullopt;
}

std::optional<DynamicBatcher::Work> DynamicBatcher::AwaitUnwanted(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (!stop.stop_requested()) {
    Work work{.started = clock_.Now()};
    queue_.Expire(work.started, work.requests.unwanted);
    if (std::exchange(cancelled_wanted_, false)) queue_.TakeCancelled(work.requests.unwanted);
    if (!work.requests.unwanted.empty()) {
      ++in_progress_;
      metrics_.SetPending(queue_.size());
      return work;
    }
    watched_until_ = queue_.next_expiry().value_or(SteadyTime::max());
    if (watched_until_ == SteadyTime::max()) {
      watch_.Wait(lock);
    } else {
      const nanoseconds wait =
          std::clamp<nanoseconds>(watched_until_ - work.started, kDeadlineGrain, kLongestSleep);
      watch_.WaitUntil(lock, std::chrono::steady_clock::now() + wait);
    }
  }
  return std::nullopt;
}

SteadyTime DynamicBatcher::Complete(Work work) {
  TurnDown(work.requests.unwanted, work.started);
  SteadyTime done = work.started;
  if (work.instance != nullptr) done = work.instance->Run(work.requests.batch, work.started);
  const MutexLock lock(mutex_);
  if (work.instance != nullptr) {
    idle_.push_back(work.instance);
    const nanoseconds before = run_time_.value_or(0ns);
    run_time_ = before + ((done - work.started) - before) / kRunTimeWindow;
    std::int64_t rows = 0;
    for (const WaitingRequest& waiting : work.requests.batch) rows += waiting.rows;
    run_cost_.Observe(rows, done - work.started);
  }
  queue_.Recycle(std::move(work.requests.batch));
  queue_.Recycle(std::move(work.requests.unwanted));
  --in_progress_;
  if (closed_ && queue_.empty() && in_progress_ == 0) drained_.NotifyAll();
  return done;
}

void DynamicBatcher::TurnDown(WaitingRequests& unwanted, SteadyTime now) {
  for (WaitingRequest& waiting : unwanted) {
    const bool cancelled = waiting.request.cancelled.stop_requested();
    metrics_.CountFailure(cancelled ? FailureReason::kCancelled : FailureReason::kRejected);
    const auto waited = duration_cast<microseconds>(now - waiting.request.arrived);
    waiting.request.done(
        cancelled ? MakeError(ErrorCode::kCancelled, "the caller gave up after {} us in the queue",
                              waited.count())
                  : MakeError(ErrorCode::kDeadlineExceeded,
                              "the deadline passed after {} us in the queue", waited.count()));
    waiting.request = QueuedRequest();
    if (options_.preserve_ordering) order_.Skip(waiting.number);
  }
}

std::optional<DynamicBatcher::Work> DynamicBatcher::TakeWork(SteadyTime now) {
  Work work{.started = now};
  queue_.Expire(now, work.requests.unwanted);
  if (const RequestQueue::Turn turn = NextTurn(now)) {
    const nanoseconds run_time = run_time_.value_or(0ns);
    // A little more than the average, because half of the runs take longer than it.
    queue_.Take(turn, now + run_time + run_time / 4, work.requests);
  }
  if (work.requests.batch.empty() && work.requests.unwanted.empty()) return std::nullopt;
  if (!work.requests.batch.empty()) {
    work.instance = idle_.back();
    idle_.pop_back();
    last_start_ = now;
  }
  ++in_progress_;
  metrics_.SetPending(queue_.size());
  if (!run_time_ || *run_time_ > kWorthAnotherThread) WakeThread(now);
  WatchDeadlines();
  return work;
}

// Whose turn it is, with as many rows as are worth their wait. Sizes that somebody prefers stay.
RequestQueue::Turn DynamicBatcher::NextTurn(SteadyTime now) const {
  RequestQueue::Turn turn = queue_.NextTurn(now, closed_);
  if (options_.preferred_batch_sizes.empty()) {
    turn.max_rows = std::min(turn.max_rows, run_cost_.WorthwhileRows());
  }
  return turn;
}

void DynamicBatcher::WakeThread(SteadyTime now) {
  // One that is on its way will ask for the next if there is more than it can take.
  if (queue_.empty() || idle_.empty() || wakes_ > 0) return;
  // What is not ready yet needs one thread that wakes when it is.
  if (timers_ > 0 && !NextTurn(now)) return;
  ++wakes_;
  woken_.NotifyOne();
}

void DynamicBatcher::WatchDeadlines() {
  const std::optional<SteadyTime> next = queue_.next_expiry();
  if (!next || *next >= watched_until_) return;
  watched_until_ = *next;
  watch_.NotifyOne();
}

void DynamicBatcher::LookForCancelled(SteadyTime now) {
  if (now < next_look_) return;
  next_look_ = now + kCancelledInterval;
  cancelled_wanted_ = true;
  watch_.NotifyOne();
}

}  // namespace slipway::serving
