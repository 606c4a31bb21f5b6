// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/connection.h"
#include "slipway/api/internal/http_transport.h"
#include "slipway/api/internal/listener.h"
#include "slipway/base/clock.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace slipway::api {

/// What the I/O threads of a transport have in common. Outlives them.
struct IoShared {
  const TransportOptions& options;
  const Clock& clock;
  std::atomic<std::size_t> connections = 0;  ///< Open now, over all threads.
  /// Called on an I/O thread that drains and has no connections left.
  std::function<void()> on_drained;
};

/// One thread, its event loop, its listeners and its connections.
///
/// The loop goes round: it runs all handlers that are ready, tells the HTTP handlers that the round
/// has ended, writes all responses, and blocks until a socket has something.
///
/// `Open` and `Join` come before `Start`; `BeginDrain` and `Stop` are thread-safe.
class IoThread final : public ConnectionHost {
 public:
  explicit IoThread(IoShared& shared);
  ~IoThread() override;

  /// Listens for `handler` and returns the port.
  Result<std::uint16_t> Open(const ListenAddress& address, HttpHandler& handler);
  /// Shares a port that another I/O thread has opened.
  Status Join(const ListenAddress& address, HttpHandler& handler);
  /// Starts the thread under `name`, at most 15 bytes.
  void Start(const std::string& name);
  /// Closes the ports and tells the clients to leave.
  void BeginDrain();
  /// Closes everything, joins the thread, and returns how many requests were cut off.
  std::size_t Stop();

 private:
  const TransportOptions& options() const override { return shared_.options; }
  const RoundTime& time() const override { return time_; }
  bool draining() const override { return draining_; }
  std::shared_ptr<IoMailbox> mailbox() const override { return mailbox_; }
  MutableByteView scratch() override { return scratch_; }
  void EnterRound() override;
  void NoteRequest(HttpHandler& handler) override;
  void FlushLater(std::shared_ptr<Connection> connection) override;
  void Remove(Connection& connection) override;

  void Run();
  void WaitForEvent();
  bool HasOpenRequests() const;
  void EndRound();
  serving::WorkLeft WorkLeft() const;
  void DeliverLetters();
  Listener& AddListener(HttpHandler& handler);
  void AddConnection(boost::asio::ip::tcp::socket socket, HttpHandler& handler);
  void ScheduleSweep();
  void Sweep();
  void DrainConnections();
  void ReportIfDrained();
  void CloseAll();

  IoShared& shared_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  const std::shared_ptr<IoMailbox> mailbox_;
  RoundTime time_;
  boost::asio::steady_timer sweep_;
  boost::asio::steady_timer drain_;
  std::vector<std::byte> scratch_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> unflushed_;
  std::vector<std::shared_ptr<Connection>> flushing_;
  std::vector<HttpHandler*> called_handlers_;  // That have got requests in this round.
  // Where there is one core: what each handler left of the last round that it was told the end of.
  std::map<HttpHandler*, serving::WorkLeft> left_;
  std::chrono::steady_clock::time_point round_end_;  // Of the last one.
  bool in_round_ = false;
  bool wait_was_short_ = false;  // The last one for an event.
  bool sweep_scheduled_ = false;
  bool draining_ = false;
  bool may_report_drained_ = false;
  bool stopping_ = false;
  bool is_full_ = false;
  std::size_t cut_off_ = 0;  // Read after the join.
  std::jthread thread_;
};

}  // namespace slipway::api
