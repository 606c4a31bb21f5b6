// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/listener.h"

#include "slipway/base/log.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace slipway::api {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kPause = 20ms;

bool IsShortOfDescriptors(const error_code& error) {
  return error.value() == EMFILE || error.value() == ENFILE || error.value() == ENOBUFS ||
         error.value() == ENOMEM;
}

Error CannotListen(const ListenAddress& address, const error_code& error) {
  if (error.value() == EADDRINUSE) {
    return MakeError(ErrorCode::kUnavailable,
                     "cannot listen on {}:{}: the port is taken; stop the program that has it, or "
                     "choose another port (0 takes a free one)",
                     address.host, address.port);
  }
  return MakeError(ErrorCode::kUnavailable, "cannot listen on {}:{}: {}", address.host,
                   address.port, error.message());
}

Result<tcp::endpoint> Resolve(const ListenAddress& address, boost::asio::io_context& io) {
  error_code error;
  tcp::resolver resolver(io);
  const auto found =
      resolver.resolve(address.host, std::to_string(address.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty()) {
    return InvalidArgument(
        "cannot listen on {:?}: {}; give an IP address or a name of this machine", address.host,
        error.message());
  }
  return found.begin()->endpoint();
}

void SharePort(tcp::acceptor& acceptor, error_code& error) {
  constexpr int kOn = 1;
  if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &kOn, sizeof(kOn)) != 0) {
    error.assign(errno, boost::system::system_category());
  }
}

// Its connections inherit that the kernel asks after clients that say nothing, as on an idle
// stream: one whose machine has gone would otherwise keep its connection for ever.
void KeepAlive(tcp::acceptor& acceptor, error_code& error) {
  constexpr std::pair<int, int> kSeconds[] = {{TCP_KEEPIDLE, 60}, {TCP_KEEPINTVL, 15}};
  acceptor.set_option(tcp::acceptor::keep_alive(true), error);
  for (const auto& [option, seconds] : kSeconds) {
    ::setsockopt(acceptor.native_handle(), IPPROTO_TCP, option, &seconds, sizeof(seconds));
  }
}

}  // namespace

Listener::Listener(boost::asio::io_context& io, OnSocket on_socket)
    : acceptor_(io), pause_(io), on_socket_(std::move(on_socket)) {
  OpenReserve();
}

Listener::~Listener() {
  if (reserve_ >= 0) ::close(reserve_);
}

Status Listener::Open(const ListenAddress& address) {
  SLIPWAY_TRY(Bind(address, false));
  // Only now that the port is ours alone: SO_REUSEPORT before would let two servers of one user
  // take it both, each to get half of the connections.
  error_code error;
  SharePort(acceptor_, error);
  if (error) return CannotListen(address, error);
  return {};
}

Status Listener::Join(const ListenAddress& address) { return Bind(address, true); }

Status Listener::Bind(const ListenAddress& address, bool shares_port) {
  SLIPWAY_TRY_ASSIGN(
      const tcp::endpoint endpoint,
      Resolve(address, static_cast<boost::asio::io_context&>(acceptor_.get_executor().context())));
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && shares_port) SharePort(acceptor_, error);
  if (!error) KeepAlive(acceptor_, error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) return CannotListen(address, error);
  return {};
}

void Listener::Start() { Accept(); }

void Listener::Accept() {
  acceptor_.async_accept(
      [this](const error_code& error, tcp::socket socket) { OnAccept(error, std::move(socket)); });
}

void Listener::OnAccept(const error_code& error, tcp::socket socket) {
  if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) return;
  if (!IsShortOfDescriptors(error)) {
    if (!error) on_socket_(std::move(socket));
    is_short_of_descriptors_ = false;
    return Accept();
  }
  if (!std::exchange(is_short_of_descriptors_, true)) {
    LogWarning(
        "port {}: connections are refused: {}; raise the limit of open files, or lower "
        "the limit of connections",
        port_, error.message());
  }
  DropWaiting();
  pause_.expires_after(kPause);
  pause_.async_wait([this](const error_code& stopped) {
    if (!stopped) Accept();
  });
}

void Listener::DropWaiting() {
  if (reserve_ >= 0) ::close(std::exchange(reserve_, -1));
  for (int socket = 0; socket >= 0;) {
    socket = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) ::close(socket);
  }
  OpenReserve();
}

void Listener::OpenReserve() { reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

void Listener::Close() {
  error_code error;
  while (acceptor_.is_open() && !error) {
    tcp::socket socket(acceptor_.get_executor());
    acceptor_.accept(socket, error);
    if (!error) on_socket_(std::move(socket));
  }
  acceptor_.close(error);
  pause_.cancel();
}

}  // namespace slipway::api
