// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/check.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace slipway::testing {

/// What a `CannedServer` does with one request.
struct CannedReply {
  std::string bytes;   ///< Sent as they are; empty: nothing is.
  bool close = false;  ///< Whether the connection ends behind them.
};

/// A server on a free loopback port that gives canned bytes to each HTTP/1.1 request: for what a
/// sound server never sends.
class CannedServer {
 public:
  using Handler = std::function<CannedReply(const std::string& request)>;

  /// `handler` is called on the server's thread.
  explicit CannedServer(Handler handler)
      : handler_(std::move(handler)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        stop_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    SLIPWAY_CHECK(::bind(listener_, generic, size) == 0);
    SLIPWAY_CHECK(::listen(listener_, 64) == 0);
    SLIPWAY_CHECK(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Serve(); });
  }
  ~CannedServer() {
    SLIPWAY_CHECK(::eventfd_write(stop_, 1) == 0);
    thread_.join();
    for (const auto& [descriptor, unread] : unread_) ::close(descriptor);
    ::close(listener_);
    ::close(stop_);
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// How many connections have been accepted.
  int connections() const { return connections_; }

 private:
  void Serve() {
    while (true) {
      std::vector<pollfd> entries = {{.fd = stop_, .events = POLLIN, .revents = 0},
                                     {.fd = listener_, .events = POLLIN, .revents = 0}};
      for (const auto& [descriptor, unread] : unread_) {
        entries.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
      }
      ::poll(entries.data(), entries.size(), -1);
      if (entries[0].revents != 0) return;
      if (entries[1].revents != 0) {
        unread_[::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)] = {};
        ++connections_;
      }
      for (std::size_t i = 2; i < entries.size(); ++i) {
        if (entries[i].revents != 0 && !Read(entries[i].fd)) {
          ::close(entries[i].fd);
          unread_.erase(entries[i].fd);
        }
      }
    }
  }

  // False once the connection is over.
  bool Read(int descriptor) {
    std::array<char, 65'536> buffer;
    const ssize_t size = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    std::string& unread = unread_[descriptor];
    unread.append(buffer.data(), static_cast<std::size_t>(size));
    while (const std::optional<std::string> request = TakeRequest(unread)) {
      const CannedReply reply = handler_(*request);
      ::send(descriptor, reply.bytes.data(), reply.bytes.size(), MSG_NOSIGNAL);
      if (reply.close) return false;
    }
    return true;
  }

  static std::optional<std::string> TakeRequest(std::string& unread) {
    const std::size_t end = unread.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t length = unread.find(kLength);
    const std::size_t body =
        length < end ? std::stoul(unread.substr(length + kLength.size(), 20)) : 0;
    const std::size_t size = end + 4 + body;
    if (unread.size() < size) return std::nullopt;
    std::string request = unread.substr(0, size);
    unread.erase(0, size);
    return request;
  }

  const Handler handler_;
  const int listener_;
  const int stop_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::map<int, std::string> unread_;  // By descriptor; the thread's alone while it runs.
  std::jthread thread_;
};

/// A whole response with `body`; `fields` come before the length, each with its line end.
inline std::string HttpResponse(std::string_view status, std::string_view fields,
                                std::string_view body) {
  std::string response = "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) +
                         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return response += body;
}

}  // namespace slipway::testing
