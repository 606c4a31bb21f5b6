// SPDX-License-Identifier: Apache-2.0
// The floor of a REST server: one thread, epoll, no parsing beyond the length of the first request
// of a connection, and the same response every time. Usage: null_server PORT RESPONSE_FILE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

/// How far a connection is in its requests, which all have the same length.
struct Connection {
  std::string head;            // Until the length is known.
  std::size_t length = 0;      // Of one request; 0: not known.
  std::size_t unanswered = 0;  // Bytes of requests that are not answered.
};

void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int Listen(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Fail("bind");
  if (listen(listener, 1024) != 0) Fail("listen");
  return listener;
}

/// The length of the first request in `head`, 0 if its headers are not whole.
std::size_t RequestLength(const std::string& head) {
  const std::size_t end = head.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const std::string_view name = "\r\nContent-Length: ";
  const std::size_t field = head.find(name);
  const std::size_t body =
      field < end ? std::strtoul(head.c_str() + field + name.size(), nullptr, 10) : 0;
  return end + 4 + body;
}

/// Reads what is there and answers what is whole. False if the connection is over.
bool Serve(int socket, Connection& connection, const std::string& response) {
  static char buffer[1 << 18];
  const ssize_t size = recv(socket, buffer, sizeof buffer, MSG_DONTWAIT);
  if (size <= 0) return false;
  connection.unanswered += static_cast<std::size_t>(size);
  if (connection.length == 0) {
    connection.head.append(buffer, static_cast<std::size_t>(size));
    connection.length = RequestLength(connection.head);
    if (connection.length == 0) return true;
  }
  while (connection.unanswered >= connection.length) {
    connection.unanswered -= connection.length;
    for (std::size_t sent = 0; sent < response.size();) {
      const ssize_t written =
          send(socket, response.data() + sent, response.size() - sent, MSG_NOSIGNAL);
      if (written <= 0) return false;
      sent += static_cast<std::size_t>(written);
    }
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  std::ifstream file(arguments[2], std::ios::binary);
  const std::string response((std::istreambuf_iterator<char>(file)), {});
  const int listener = Listen(std::atoi(arguments[1]));
  const int poll = epoll_create1(0);
  epoll_event event{EPOLLIN, {.fd = listener}};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, Connection> connections;
  while (true) {
    epoll_event events[256];
    const int ready = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        const int socket = accept(listener, nullptr, nullptr);
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event added{EPOLLIN, {.fd = socket}};
        epoll_ctl(poll, EPOLL_CTL_ADD, socket, &added);
        connections[socket] = {};
      } else if (!Serve(fd, connections[fd], response)) {
        connections.erase(fd);
        close(fd);
      }
    }
  }
}
