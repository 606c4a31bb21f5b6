// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_handler.h"
#include "slipway/base/result.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace slipway::api {

/// Where a listener listens.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;  ///< 0 takes a free one.
};

/// Accepts the connections of one port on one I/O thread.
///
/// Not thread-safe. When the process is out of descriptors, waiting connections are closed, so that
/// they do not wake the loop for ever, and accepting pauses for a moment.
class Listener {
 public:
  /// Takes each new socket. Runs on the I/O thread.
  using OnSocket = std::move_only_function<void(boost::asio::ip::tcp::socket)>;

  Listener(boost::asio::io_context& io, OnSocket on_socket);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Listens on `address`, alone: kUnavailable if any other socket has the port. Then other
  /// listeners of this user may `Join`.
  Status Open(const ListenAddress& address);
  /// Shares the port that an `Open` listener has; the kernel spreads the connections.
  Status Join(const ListenAddress& address);
  std::uint16_t port() const { return port_; }

  /// Begins to accept.
  void Start();
  /// Accepts what already waits, then closes the port.
  void Close();

 private:
  Status Bind(const ListenAddress& address, bool shares_port);
  void Accept();
  void OnAccept(const boost::system::error_code& error, boost::asio::ip::tcp::socket socket);
  void DropWaiting();
  void OpenReserve();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  OnSocket on_socket_;
  std::uint16_t port_ = 0;
  int reserve_ = -1;  // A descriptor kept for the moment when there are no others.
  bool is_short_of_descriptors_ = false;
};

}  // namespace slipway::api
