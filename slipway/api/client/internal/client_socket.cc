// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/client_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <system_error>

namespace slipway::api::client {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string SystemText(int code) { return std::generic_category().message(code); }

Result<Addresses> LookUp(const Endpoint& endpoint) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int failure = ::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &list);
  if (failure != 0) {
    return MakeError(ErrorCode::kUnavailable, "cannot look up host \"{}\": {}", endpoint.host,
                     std::string(::gai_strerror(failure)));
  }
  return Addresses(list);
}

// 0 when `descriptor` is ready or broken before `deadline`, else an errno.
int WaitFor(int descriptor, short events, SteadyTime deadline) {
  pollfd entry = {.fd = descriptor, .events = events, .revents = 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SystemClock().Now());
    const auto bounded = std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1'000'000);
    const int ready = ::poll(&entry, 1, static_cast<int>(bounded));
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
    if (SystemClock().Now() >= deadline) return ETIMEDOUT;
  }
}

// 0 when connected, else an errno.
int ConnectTo(int descriptor, const addrinfo& address, SteadyTime deadline) {
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (const int failure = WaitFor(descriptor, POLLOUT, deadline); failure != 0) return failure;
  int failure = 0;
  socklen_t size = sizeof(failure);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 ? failure : errno;
}

Status Wait(int descriptor, short events, SteadyTime deadline) {
  const int failure = WaitFor(descriptor, events, deadline);
  if (failure == 0) return {};
  if (failure == ETIMEDOUT) {
    return MakeError(ErrorCode::kDeadlineExceeded, "no answer within the timeout");
  }
  return MakeError(ErrorCode::kUnavailable, "cannot wait for the socket: {}", SystemText(failure));
}

// The error of the last call to the system.
Error Lost() {
  return MakeError(ErrorCode::kUnavailable, "the connection is lost: {}", SystemText(errno));
}

}  // namespace

Result<ClientSocket> ClientSocket::Connect(const Endpoint& endpoint, SteadyTime deadline) {
  SLIPWAY_TRY_ASSIGN(const Addresses addresses, LookUp(endpoint));
  int failure = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const int type = address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const int descriptor = ::socket(address->ai_family, type, address->ai_protocol);
    if (descriptor < 0) {
      failure = errno;
      continue;
    }
    ClientSocket socket(descriptor);
    failure = ConnectTo(descriptor, *address, deadline);
    if (failure == 0) {
      const int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      return socket;
    }
  }
  return MakeError(ErrorCode::kUnavailable, "cannot connect: {}; is a server running there?",
                   SystemText(failure));
}

ClientSocket::~ClientSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status ClientSocket::Write(std::string_view bytes, SteadyTime deadline) {
  while (!bytes.empty()) {
    SLIPWAY_TRY_ASSIGN(const std::size_t sent, TryWrite(bytes));
    bytes.remove_prefix(sent);
    if (!bytes.empty()) SLIPWAY_TRY(Wait(descriptor_, POLLOUT, deadline));
  }
  return {};
}

Result<std::size_t> ClientSocket::Read(MutableByteView buffer, SteadyTime deadline) {
  while (true) {
    SLIPWAY_TRY(Wait(descriptor_, POLLIN, deadline));
    SLIPWAY_TRY_ASSIGN(const std::size_t received, TryRead(buffer));
    if (received != kNothingYet) return received;
  }
}

Result<std::size_t> ClientSocket::TryWrite(std::string_view bytes) {
  const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return Lost();
}

Result<std::size_t> ClientSocket::TryRead(MutableByteView buffer) {
  const ssize_t received = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (received >= 0) return static_cast<std::size_t>(received);
  if (errno == EAGAIN || errno == EINTR) return kNothingYet;
  return Lost();
}

}  // namespace slipway::api::client
