// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/testing/raw_client.h"

#include "slipway/base/check.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace slipway::api {
namespace {

std::size_t ContentLength(std::string_view header) {
  constexpr std::string_view kName = "content-length: ";
  const std::size_t at = header.find(kName);
  if (at == std::string_view::npos) return 0;
  std::size_t length = 0;
  std::from_chars(header.data() + at + kName.size(), header.data() + header.size(), length);
  return length;
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  SLIPWAY_CHECK(socket_ >= 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SLIPWAY_CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
                0);
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::EndSending() { ::shutdown(socket_, SHUT_WR); }

void RawClient::Reset() {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
  ::close(std::exchange(socket_, -1));
}

std::string RawClient::Read() {
  if (!unread_.empty()) return std::exchange(unread_, {});
  std::string bytes(64 * 1024, '\0');
  const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string RawClient::ReadUntil(std::string_view mark) {
  std::string text;
  while (true) {
    const std::string more = Read();
    text += more;
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) {
      unread_ = text.substr(at + mark.size());
      return text.substr(0, at + mark.size());
    }
    if (more.empty()) return text;
  }
}

std::string RawClient::ReadAll() {
  std::string text;
  for (std::string more = Read(); !more.empty(); more = Read()) text += more;
  return text;
}

std::string RawClient::ReadResponse() {
  std::string text = ReadUntil("\r\n\r\n");
  const std::size_t size = text.size() + ContentLength(text);
  while (text.size() < size) {
    const std::string more = Read();
    if (more.empty()) break;
    text += more;
  }
  unread_.insert(0, text.substr(std::min(size, text.size())));
  text.resize(std::min(size, text.size()));
  return text;
}

}  // namespace slipway::api
