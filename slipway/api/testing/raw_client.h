// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api {

/// A TCP connection to a server under test that sends and reads plain bytes. Reads give up after 10
/// seconds. Not thread-safe.
class RawClient {
 public:
  /// Connects to 127.0.0.1:`port`; ends the process if it can't.
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// Sends all of `bytes`; false if the server has closed.
  bool Send(std::string_view bytes);
  /// Tells the server that no more is sent; reading goes on.
  void EndSending();
  /// Closes so that the server sees a reset.
  void Reset();
  /// The next bytes, at least one; empty at the end of the stream, after a reset, or after 10 s.
  std::string Read();
  /// Reads until `mark` has come and returns everything up to and with it; less at the end.
  std::string ReadUntil(std::string_view mark);
  /// Reads until the server closes.
  std::string ReadAll();
  /// One HTTP/1 response: header and the content-length's bytes of body.
  std::string ReadResponse();

 private:
  int socket_ = -1;
  std::string unread_;
};

}  // namespace slipway::api
