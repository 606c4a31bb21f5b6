// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/dynamic_batcher.h"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;

/// Waking a sleeping thread costs about this much; shorter work is done sooner without it.
constexpr std::chrono::nanoseconds kWorthAnotherThread = 50us;
/// The share of the newest run in the average is one over this.
constexpr int kRunTimeWindow = 8;

std::int64_t RowsOf(const QueuedRequest& request) {
  return request.inputs.empty() ? 1 : request.inputs.front().shape[0];
}

/// When a request gives up: at its own deadline, or when it has waited for `timeout`.
std::optional<SteadyTime> DeadlineOf(const QueuedRequest& request,
                                     std::chrono::microseconds timeout) {
  if (timeout == 0us) return request.deadline;
  const SteadyTime end = request.arrived + timeout;
  return request.deadline ? std::min(*request.deadline, end) : end;
}

}  // namespace

Result<std::unique_ptr<DynamicBatcher>> DynamicBatcher::Create(const DynamicBatcherOptions& options,
                                                               const Parts& parts) {
  std::unique_ptr<DynamicBatcher> batcher(new DynamicBatcher(options, parts));
  try {
    batcher->StartThreads();
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
      queue_({.max_requests = options.max_queue_requests, .max_bytes = options.max_queue_bytes}) {
  for (std::size_t i = 0; i < options.instance_count; ++i) {
    instances_.push_back(std::make_unique<Instance>(parts.session.NewExecutor(), clock_, metrics_));
    idle_.push_back(instances_.back().get());
  }
}

DynamicBatcher::~DynamicBatcher() { Close(); }

void DynamicBatcher::StartThreads() {
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { ServeInstances(stop); });
    ::pthread_setname_np(threads_.back().native_handle(), "slipway-batch");
  }
}

void DynamicBatcher::StopThreads() {
  std::vector<std::jthread> threads;
  {
    const MutexLock lock(mutex_);
    threads.swap(threads_);
    for (std::jthread& thread : threads) thread.request_stop();
    woken_.NotifyAll();
  }
}

Status DynamicBatcher::Submit(QueuedRequest&& request) {
  const std::int64_t rows = options_.max_batch_size == 0 ? 1 : RowsOf(request);
  if (options_.max_batch_size > 0 && rows > options_.max_batch_size) {
    return InvalidArgument("the request has {} rows: at most max_batch_size, {}, are allowed", rows,
                           options_.max_batch_size);
  }
  request.deadline = DeadlineOf(request, options_.queue_timeout);
  const MutexLock lock(mutex_);
  if (closed_) return MakeError(ErrorCode::kUnavailable, "the model is being unloaded");
  const bool may_start = !idle_.empty() && queue_.empty();
  SteadyTime due = may_start ? request.arrived : request.arrived + options_.max_queue_delay;
  // One that cannot wait for company that long need not wait at all.
  if (request.deadline && *request.deadline <= due) due = request.arrived;
  SLIPWAY_TRY(queue_.Push(std::move(request), rows, due));
  metrics_.SetPending(queue_.size());
  return {};
}

void DynamicBatcher::RunOnThisThread() {
  const SteadyTime start = clock_.Now();
  SteadyTime now = start;
  while (std::optional<Work> work = TakeWorkForCaller(now, now - start < options_.inline_limit)) {
    now = Complete(*std::move(work));
  }
}

void DynamicBatcher::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
    wakes_ = threads_.size();
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
    if (RowsReady(now) > 0) return TakeWork(now);
    ++timers_;
    // The clock may be a fake; the sleep is real.
    woken_.WaitUntil(lock, std::chrono::steady_clock::now() + (queue_.oldest().due - now));
    --timers_;
    if (wakes_ > 0) --wakes_;
  }
  return std::nullopt;
}

std::optional<DynamicBatcher::Work> DynamicBatcher::TakeWorkForCaller(SteadyTime now,
                                                                      bool may_run) {
  const MutexLock lock(mutex_);
  // Who holds the last instance will look at the queue when done with it.
  if (queue_.empty() || idle_.empty()) return std::nullopt;
  if (may_run && run_time_.value_or(0ns) < options_.inline_limit && RowsReady(now) > 0)
    return TakeWork(now);
  WakeThread(now);
  return std::nullopt;
}

SteadyTime DynamicBatcher::Complete(Work work) {
  TurnDown(work.requests.unwanted, work.started);
  SteadyTime done = work.started;
  if (work.instance != nullptr) done = work.instance->Run(work.requests.batch, work.started);
  const MutexLock lock(mutex_);
  if (work.instance != nullptr) {
    idle_.push_back(work.instance);
    const std::chrono::nanoseconds before = run_time_.value_or(0ns);
    run_time_ = before + ((done - work.started) - before) / kRunTimeWindow;
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
    const auto waited =
        std::chrono::duration_cast<std::chrono::microseconds>(now - waiting.request.arrived);
    waiting.request.done(
        cancelled ? MakeError(ErrorCode::kCancelled, "the caller gave up after {} us in the queue",
                              waited.count())
                  : MakeError(ErrorCode::kDeadlineExceeded,
                              "the deadline passed after {} us in the queue", waited.count()));
    waiting.request = QueuedRequest();
  }
}

std::int64_t DynamicBatcher::RowsReady(SteadyTime now) const {
  if (queue_.empty()) return 0;
  const std::int64_t most = std::max<std::int64_t>(options_.max_batch_size, 1);
  if (closed_ || queue_.oldest().due <= now || queue_.rows() >= most) return most;
  std::int64_t ready = 0;
  for (const std::int64_t size : options_.preferred_batch_sizes) {
    if (size <= queue_.rows()) ready = size;
  }
  return ready;
}

DynamicBatcher::Work DynamicBatcher::TakeWork(SteadyTime now) {
  Work work{.instance = nullptr, .requests = queue_.Take(RowsReady(now), now), .started = now};
  if (!work.requests.batch.empty()) {
    work.instance = idle_.back();
    idle_.pop_back();
  }
  ++in_progress_;
  metrics_.SetPending(queue_.size());
  if (!run_time_ || *run_time_ > kWorthAnotherThread) WakeThread(now);
  return work;
}

void DynamicBatcher::WakeThread(SteadyTime now) {
  // One that is on its way will ask for the next if there is more than it can take.
  if (queue_.empty() || idle_.empty() || wakes_ > 0) return;
  // What is not ready yet needs one thread that wakes when it is.
  if (RowsReady(now) == 0 && timers_ > 0) return;
  ++wakes_;
  woken_.NotifyOne();
}

}  // namespace slipway::serving
