// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_deadline.h"
#include "slipway/api/internal/http_handler.h"
#include "slipway/api/internal/http_session.h"
#include "slipway/api/internal/io_mailbox.h"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <memory>
#include <string>

namespace slipway::api {

class Connection;

/// What a connection asks of the I/O thread that it lives on.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual const TransportOptions& options() const = 0;
  virtual const RoundTime& time() const = 0;
  virtual bool draining() const = 0;
  virtual std::shared_ptr<IoMailbox> mailbox() const = 0;
  /// A buffer to read into, for one call.
  virtual MutableByteView scratch() = 0;
  /// Called first by whatever the event loop wakes.
  virtual void EnterRound() = 0;
  /// `handler` has got a request, and is told when the round ends.
  virtual void NoteRequest(HttpHandler& handler) = 0;
  /// `connection` is flushed when the round ends.
  virtual void FlushLater(std::shared_ptr<Connection> connection) = 0;
  virtual void Remove(Connection& connection) = 0;
};

/// A socket and the protocol that is spoken on it.
///
/// Not thread-safe: it lives on one I/O thread. Shared, because the operations that wait on its
/// socket keep it until they are done.
class Connection final : public std::enable_shared_from_this<Connection>,
                         private RequestSink,
                         private ByteSource {
 public:
  /// `host` and `handler` outlive the connection.
  Connection(boost::asio::ip::tcp::socket socket, HttpHandler& handler, ConnectionHost& host);

  void Start();
  void Respond(RequestId id, HttpResponse response);
  /// Takes a step of a response in pieces.
  void Write(RequestId id, StreamStep step, HttpResponse content);
  /// Lets the client send on with a body in pieces.
  void Consume(RequestId id, std::size_t bytes);
  /// Writes what there is, then reads on, or closes.
  void Flush();
  void CheckDeadlines();
  void Drain();
  void Close();
  /// Requests that would be cut off if the connection were closed now.
  std::size_t open_requests() const;

  std::size_t slot = 0;  ///< Where the host keeps it.

 private:
  void OnRequest(RequestId id, HttpRequest request) override;
  StreamMode ModeOf(const HttpRequest& head) const override { return handler_.ModeOf(head); }
  std::shared_ptr<StreamObserver> OnStream(RequestId id, HttpRequest request) override;
  void OnStreamEvent() override { host_.NoteRequest(handler_); }
  std::ptrdiff_t Read(MutableByteView into) override;

  void StartRead();
  void OnRead(const boost::system::error_code& error, std::size_t size);
  void ReadMore();
  void Take(ByteView bytes);
  void ChooseProtocol(ByteView bytes);
  ssize_t SendSome(const OutputQueue& output);
  bool WriteAll();
  void WaitForRoom();
  void Finish(bool has_just_written);
  void ScheduleFlush();

  boost::asio::ip::tcp::socket socket_;
  HttpHandler& handler_;
  ConnectionHost& host_;
  const std::shared_ptr<ConnectionHandle> handle_;
  std::unique_ptr<HttpSession> session_;  // Null until the first bytes tell the protocol.
  std::string greeting_;                  // These bytes, as long as they don't.
  SteadyTime began_;                      // Of the connection, then of its lingering.
  TransferDeadline write_deadline_;
  std::size_t lingered_bytes_ = 0;
  bool reading_ = false;
  bool waiting_for_room_ = false;
  bool stalled_ = false;  // The client has not taken all since the socket first had no room.
  bool flush_scheduled_ = false;
  bool input_ended_ = false;
  bool lingering_ = false;
  bool closed_ = false;
  bool read_was_short_ = false;
  std::array<std::byte, 4096> inbox_;  // Small, since each idle connection has one.
};

}  // namespace slipway::api
