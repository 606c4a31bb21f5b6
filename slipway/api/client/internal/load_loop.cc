// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/load_loop.h"

#include "slipway/api/client/internal/grpc_load.h"
#include "slipway/api/client/internal/rest_load.h"
#include "slipway/base/check.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace slipway::api::client {
namespace {

constexpr std::size_t kReadChunkBytes = 256 * 1024;
// A wait that may be as short as this is one for a server that is at work: the loop asks again and
// again then, since a core that sleeps takes longer to wake, and whoever wakes it pays for that.
constexpr std::chrono::microseconds kBusyPoll{200};

// Lets the calling thread wake up on time, instead of the usual 50 µs late, while it lives.
class PreciseTimers {
 public:
  PreciseTimers() : previous_(::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)) {
    ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  }
  ~PreciseTimers() { ::prctl(PR_SET_TIMERSLACK, previous_, 0, 0, 0); }
  PreciseTimers(const PreciseTimers&) = delete;
  PreciseTimers& operator=(const PreciseTimers&) = delete;

 private:
  int previous_;
};

}  // namespace

LoadLoop::LoadLoop(const LoadPlan& plan, LoadRequest& request)
    : plan_(plan),
      request_(request),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      connections_(plan.connections),
      buffer_(kReadChunkBytes, '\0') {}

LoadLoop::~LoadLoop() {
  if (epoll_ >= 0) ::close(epoll_);
}

Result<LoadCounts> LoadLoop::Run() {
  if (epoll_ < 0) return InternalError("cannot make an epoll descriptor");
  for (std::size_t i = 0; i < connections_.size(); ++i) SLIPWAY_TRY(Open(i));
  const PreciseTimers precise;
  start_ = now_ = SystemClock().Now();
  measured_from_ = start_ + std::chrono::duration_cast<SteadyTime::duration>(plan_.warmup);
  measured_to_ = measured_from_ + std::chrono::duration_cast<SteadyTime::duration>(plan_.duration);
  if (plan_.arrival_rate > 0) arrivals_.emplace(plan_.arrival_rate, plan_.seed, start_);
  while (!Finished()) SLIPWAY_TRY(Turn());
  AbandonAll();
  Summarize();
  return std::move(counts_);
}

Status LoadLoop::Turn() {
  constexpr int kMaxEvents = 256;
  std::array<epoll_event, kMaxEvents> events;
  SLIPWAY_TRY_ASSIGN(const std::size_t ready, Wait(events));
  for (const epoll_event& event : std::span(events).first(ready)) {
    HandleEvent(event.data.u64, event.events);
  }
  if (arrivals_) TakeArrivals();
  return {};
}

// The number of events, for which it waits as long as there is nothing else to do.
Result<std::size_t> LoadLoop::Wait(std::span<epoll_event> events) {
  const SteadyTime began = SystemClock().Now();
  const SteadyTime end = began + TimeToWait(began);
  const SteadyTime polled = std::min(end, began + kBusyPoll);
  now_ = began;
  int ready = 0;
  do {
    std::chrono::nanoseconds wait(0);
    if (!wait_was_short_ || now_ >= polled) wait = std::max(wait, end - now_);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
    const timespec timeout = {.tv_sec = seconds.count(), .tv_nsec = (wait - seconds).count()};
    ready =
        ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    if (ready < 0 && errno != EINTR) {
      return InternalError("cannot wait for sockets: epoll_pwait2 fails with errno {}", errno);
    }
    now_ = SystemClock().Now();
  } while (ready == 0 && now_ < end);
  wait_was_short_ = now_ < polled;
  waited_ += now_ - began;
  return static_cast<std::size_t>(std::max(ready, 0));
}

std::chrono::nanoseconds LoadLoop::TimeToWait(SteadyTime now) const {
  SteadyTime until = MaySend() ? measured_to_ : measured_to_ + plan_.call_timeout;
  if (arrivals_ && MaySend()) until = arrivals_->next();
  return std::max<std::chrono::nanoseconds>(until - now, std::chrono::nanoseconds(0));
}

bool LoadLoop::MaySend() const {
  const SteadyTime due = arrivals_ ? arrivals_->next() : now_;
  return due < measured_to_ && (plan_.max_requests == 0 || begun_ < plan_.max_requests);
}

bool LoadLoop::Finished() const {
  if (open_ == 0 || now_ >= measured_to_ + plan_.call_timeout) return true;
  return !MaySend() && over_ == begun_ && waiting_.empty();
}

Status LoadLoop::Open(std::size_t index) {
  Connection& connection = connections_[index];
  connection = {};
  const SteadyTime deadline = SystemClock().Now() + plan_.connect_timeout;
  SLIPWAY_TRY_ASSIGN(connection.socket, ClientSocket::Connect(plan_.endpoint, deadline));
  if (plan_.endpoint.protocol == Protocol::kRest) {
    connection.protocol = std::make_unique<RestLoad>(request_);
  } else {
    connection.protocol = std::make_unique<GrpcLoad>(request_);
    connection.output = GrpcLoad::Preface();
  }
  ++open_;
  connection.waits_to_write = true;  // To be fed as soon as the loop turns.
  Watch(index, true);
  return {};
}

// Makes a successor for a connection that is lost or used up. One that never brought an answer gets
// none: its server would only refuse the next one as well.
void LoadLoop::Replace(std::size_t index, const Error& error) {
  Connection& connection = connections_[index];
  connection.protocol->Abandon(error, *this);
  connection.socket.reset();  // Which also takes it out of the epoll set.
  --open_;
  if (!connection.has_answered) {
    if (!counts_.first_error) counts_.first_error = error;
  } else if (MaySend() || !waiting_.empty()) {
    const Status opened = Open(index);
    if (!opened && !counts_.first_error) counts_.first_error = opened.error();
  }
}

void LoadLoop::HandleEvent(std::size_t index, std::uint32_t events) {
  Connection& connection = connections_[index];
  if (!connection.socket) return;
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
    const std::uint64_t over_before = over_;
    const Status received = Receive(connection);
    connection.has_answered = connection.has_answered || over_ != over_before;
    if (!received) return Replace(index, received.error());
  }
  if (connection.protocol->used_up()) {
    return Replace(index, Error(ErrorCode::kUnavailable, "the connection is used up"));
  }
  Feed(index);
}

Status LoadLoop::Receive(Connection& connection) {
  while (true) {
    SLIPWAY_TRY_ASSIGN(const std::size_t size,
                       connection.socket->TryRead(std::as_writable_bytes(std::span(buffer_))));
    if (size == ClientSocket::kNothingYet) return {};
    now_ = SystemClock().Now();
    if (size == 0) return connection.protocol->ReceiveEnd(*this);
    SLIPWAY_TRY(connection.protocol->Receive(std::string_view(buffer_).substr(0, size),
                                             connection.output, *this));
    // A short read has emptied the socket; epoll tells if more has come since.
    if (size < buffer_.size()) return {};
  }
}

// Begins what the connection has room for, and sends.
void LoadLoop::Feed(std::size_t index) {
  Connection& connection = connections_[index];
  std::size_t free = connection.protocol->free_slots();
  for (; free > 0 && !waiting_.empty(); --free) {
    connection.protocol->Begin(waiting_.front(), connection.output);
    waiting_.pop_front();
  }
  if (!arrivals_) {
    for (; free > 0 && MaySend(); --free) {
      ++begun_;
      connection.protocol->Begin(now_, connection.output);
    }
  }
  if (const Status flushed = Flush(index); !flushed) Replace(index, flushed.error());
}

Status LoadLoop::Flush(std::size_t index) {
  Connection& connection = connections_[index];
  const std::string_view rest = std::string_view(connection.output).substr(connection.written);
  if (!rest.empty()) {
    SLIPWAY_TRY_ASSIGN(const std::size_t sent, connection.socket->TryWrite(rest));
    connection.written += sent;
  }
  const bool all_sent = connection.written == connection.output.size();
  // What is sent goes when it is the larger part, so that bytes are not moved over and over.
  if (2 * connection.written >= connection.output.size()) {
    connection.output.erase(0, std::exchange(connection.written, 0));
  }
  if (connection.waits_to_write == all_sent) {
    connection.waits_to_write = !all_sent;
    Watch(index, false);
  }
  return {};
}

void LoadLoop::Watch(std::size_t index, bool add) {
  const Connection& connection = connections_[index];
  epoll_event event = {};
  event.events = EPOLLIN;
  if (connection.waits_to_write) event.events |= EPOLLOUT;
  event.data.u64 = index;
  SLIPWAY_CHECK(::epoll_ctl(epoll_, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
                            connection.socket->descriptor(), &event) == 0);
}

// Gives every request that is due now to a free connection, or lets it wait for one.
void LoadLoop::TakeArrivals() {
  while (MaySend() && arrivals_->next() <= now_) {
    ++begun_;
    const bool others_wait = !waiting_.empty();
    waiting_.push_back(arrivals_->next());
    arrivals_->Advance();
    if (others_wait) continue;  // So no connection is free.
    for (std::size_t tried = 0; tried < connections_.size() && !waiting_.empty(); ++tried) {
      const std::size_t index = next_connection_++ % connections_.size();
      const Connection& connection = connections_[index];
      if (connection.socket && connection.protocol->free_slots() > 0) Feed(index);
    }
  }
}

void LoadLoop::OnAnswer(SteadyTime due, const Status& outcome) {
  ++over_;
  if (due < measured_from_) return;
  ++counts_.requests;
  if (outcome) {
    if (now_ <= measured_to_) ++counts_.answers_in_time;
    counts_.latencies.Record(now_ - due);
    return;
  }
  ++counts_.errors;
  if (!counts_.first_error) counts_.first_error = outcome.error();
}

void LoadLoop::AbandonAll() {
  const Error late =
      MakeError(ErrorCode::kDeadlineExceeded, "no answer within {} ms", plan_.call_timeout.count());
  for (Connection& connection : connections_) {
    if (connection.socket) connection.protocol->Abandon(late, *this);
  }
  for (const SteadyTime due : std::exchange(waiting_, {})) OnAnswer(due, late);
}

void LoadLoop::Summarize() {
  const SteadyTime end = SystemClock().Now();
  counts_.measured = std::max<std::chrono::nanoseconds>(
      std::min(end, measured_to_) - measured_from_, std::chrono::nanoseconds(1));
  counts_.client_load = 1 - waited_ / std::chrono::duration<double>(end - start_);
}

}  // namespace slipway::api::client
