// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/io_thread.h"

#include "slipway/base/log.h"

#include <boost/asio/post.hpp>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace slipway::api {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

// The loop's own handlers before a round ends, lest a flood of input keep the answers waiting.
constexpr int kHandlersPerRound = 256;
// With more connections than these a wait is either no wait or a long one.
constexpr std::size_t kMaxPolledConnections = 64;
constexpr std::chrono::milliseconds kSweepInterval = 250ms;
// Where there is one core: how soon one round follows another while requests are computed, and how
// long the answers of a batch take to come after its first.
constexpr std::chrono::microseconds kRoundPause = 500us;
constexpr std::chrono::microseconds kBatchPause = 60us;
constexpr std::size_t kScratchBytes = std::size_t{32} << 10U;

}  // namespace

IoThread::IoThread(IoShared& shared)
    : shared_(shared),
      // Only this thread does I/O; others post, which stays locked.
      io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      work_(io_.get_executor()),
      mailbox_(std::make_shared<IoMailbox>(io_, [this] { DeliverLetters(); })),
      time_(shared.clock),
      sweep_(io_),
      drain_(io_),
      scratch_(kScratchBytes) {}

IoThread::~IoThread() { Stop(); }

Result<std::uint16_t> IoThread::Open(const ListenAddress& address, HttpHandler& handler) {
  Listener& listener = AddListener(handler);
  SLIPWAY_TRY(listener.Open(address));
  return listener.port();
}

Status IoThread::Join(const ListenAddress& address, HttpHandler& handler) {
  return AddListener(handler).Join(address);
}

Listener& IoThread::AddListener(HttpHandler& handler) {
  return *listeners_.emplace_back(std::make_unique<Listener>(
      io_, [this, &handler](tcp::socket socket) { AddConnection(std::move(socket), handler); }));
}

void IoThread::Start(const std::string& name) {
  for (const auto& listener : listeners_) listener->Start();
  thread_ = std::jthread([this] { Run(); });
  ::pthread_setname_np(thread_.native_handle(), name.c_str());
}

void IoThread::Run() {
  mailbox_->Own();
  while (!stopping_) {
    WaitForEvent();
    for (int count = 1; count < kHandlersPerRound && io_.poll_one() > 0; ++count) {
    }
    EndRound();
  }
  CloseAll();
}

// While events follow one another closely it asks for the next again and again before it blocks:
// to wake a core that has gone to sleep takes longer than such a wait. Not while requests are open
// elsewhere in this process, whose threads may want the core.
void IoThread::WaitForEvent() {
  const serving::WorkLeft left = WorkLeft();
  if (left == serving::WorkLeft::kHere) {
    io_.poll_one();
    return;
  }
  // Each event would take the core from a thread that computes, and each answer of a batch from the
  // one that still has the others: they are left to come together.
  if (left == serving::WorkLeft::kElsewhere) {
    mailbox_->WaitForLetters(round_end_ + kRoundPause, kBatchPause);
  }
  const SteadyTime began = shared_.clock.Now();
  const SteadyTime end = began + shared_.options.busy_poll;
  const bool was_short = std::exchange(wait_was_short_, false);
  if (was_short && connections_.size() <= kMaxPolledConnections && !HasOpenRequests()) {
    do {
      if (io_.poll_one() == 0) continue;
      wait_was_short_ = true;
      return;
    } while (shared_.clock.Now() < end);
  }
  io_.run_one();
  wait_was_short_ = time_.now() < end;
}

// What all handlers have left for other threads of the same core, or for this one.
serving::WorkLeft IoThread::WorkLeft() const {
  auto most = serving::WorkLeft::kNone;
  for (const auto& [handler, left] : left_) most = std::max(most, left);
  return most;
}

bool IoThread::HasOpenRequests() const {
  return std::ranges::any_of(
      connections_, [](const auto& connection) { return connection->open_requests() > 0; });
}

void IoThread::EnterRound() {
  if (!std::exchange(in_round_, true)) time_.Update();
}

void IoThread::NoteRequest(HttpHandler& handler) {
  if (std::ranges::find(called_handlers_, &handler) == called_handlers_.end()) {
    called_handlers_.push_back(&handler);
  }
}

void IoThread::FlushLater(std::shared_ptr<Connection> connection) {
  unflushed_.push_back(std::move(connection));
}

// A flush may let a connection read on in what it had to put aside, so it goes on until all is
// quiet. Who has left something is told again.
void IoThread::EndRound() {
  for (const auto& [handler, left] : left_) {
    if (left != serving::WorkLeft::kNone) NoteRequest(*handler);
  }
  while (!called_handlers_.empty() || !unflushed_.empty()) {
    for (HttpHandler* handler : std::exchange(called_handlers_, {})) {
      const serving::WorkLeft left = handler->OnRoundEnd();
      if (shared_.options.has_one_core) left_[handler] = left;
    }
    flushing_.swap(unflushed_);
    for (const auto& connection : flushing_) connection->Flush();
    flushing_.clear();
  }
  in_round_ = false;
  round_end_ = std::chrono::steady_clock::now();
}

void IoThread::DeliverLetters() {
  EnterRound();
  for (Letter& letter : mailbox_->Take()) {
    if (letter.to->connection == nullptr) continue;
    Connection& connection = *letter.to->connection;
    if (letter.step) {
      connection.Write(letter.id, *letter.step, std::move(letter.response));
    } else {
      connection.Respond(letter.id, std::move(letter.response));
    }
  }
}

void IoThread::AddConnection(tcp::socket socket, HttpHandler& handler) {
  EnterRound();
  if (shared_.connections.fetch_add(1) >= shared_.options.max_connections) {
    shared_.connections.fetch_sub(1);
    if (!std::exchange(is_full_, true)) {
      LogWarning("connections are refused: {} are open, which is the limit",
                 shared_.options.max_connections);
    }
    return;
  }
  is_full_ = false;
  auto connection = std::make_shared<Connection>(std::move(socket), handler, *this);
  connection->slot = connections_.size();
  connections_.push_back(connection);
  connection->Start();
  ScheduleSweep();
}

void IoThread::Remove(Connection& connection) {
  const std::size_t slot = connection.slot;
  std::swap(connections_[slot], connections_.back());
  connections_[slot]->slot = slot;
  connections_.pop_back();
  shared_.connections.fetch_sub(1);
  ReportIfDrained();
}

void IoThread::ScheduleSweep() {
  // Without connections nothing wakes the thread.
  if (connections_.empty() || std::exchange(sweep_scheduled_, true)) return;
  sweep_.expires_after(kSweepInterval);
  sweep_.async_wait([this](const error_code& stopped) {
    sweep_scheduled_ = false;
    if (!stopped) Sweep();
  });
}

void IoThread::Sweep() {
  EnterRound();
  // A copy, since a connection that is late removes itself.
  for (const auto& connection : std::vector(connections_)) connection->CheckDeadlines();
  ScheduleSweep();
}

void IoThread::BeginDrain() {
  boost::asio::post(io_, [this] {
    EnterRound();
    draining_ = true;
    for (const auto& listener : listeners_) listener->Close();
    // One turn of the loop later, so that requests which have already come are read first.
    drain_.expires_after(0ms);
    drain_.async_wait([this](const error_code& stopped) {
      if (!stopped) DrainConnections();
    });
  });
}

void IoThread::DrainConnections() {
  EnterRound();
  may_report_drained_ = true;
  ReportIfDrained();
  for (const auto& connection : std::vector(connections_)) connection->Drain();
}

void IoThread::ReportIfDrained() {
  if (connections_.empty() && std::exchange(may_report_drained_, false)) shared_.on_drained();
}

std::size_t IoThread::Stop() {
  if (!thread_.joinable()) return 0;
  boost::asio::post(io_, [this] { stopping_ = true; });
  thread_.join();
  return cut_off_;
}

void IoThread::CloseAll() {
  mailbox_->Close();
  // Responders that come late on this thread's end find their connections gone.
  for (const auto& connection : std::vector(connections_)) {
    cut_off_ += connection->open_requests();
    connection->Close();
  }
  unflushed_.clear();
  // Runs what the closed sockets had waiting, which frees the connections.
  io_.poll();
}

}  // namespace slipway::api
