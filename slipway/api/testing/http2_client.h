// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api {

/// What a client has got for one of its requests.
struct Http2Reply {
  std::string status;
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> trailers;
  std::string body;
  bool closed = false;      ///< The stream has ended, one way or the other.
  std::uint32_t error = 0;  ///< What it was reset with; 0 if it was not.
};

/// A request to send. An empty `body` means none, unless `more_follows`.
struct Http2Call {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  bool more_follows = false;  ///< The stream stays open after `body`.
};

/// The client's side of HTTP/2 as a state machine: bytes in, bytes out, by nghttp2. Not
/// thread-safe.
class Http2Client {
 public:
  /// `window_bytes` is what the server may send ahead on one stream.
  explicit Http2Client(std::uint32_t window_bytes = 65'535);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  /// Queues `call` and returns its stream.
  std::int32_t Send(const Http2Call& call);
  /// Adds `bytes` to the body of `stream`, which stays open.
  void SendMore(std::int32_t stream, std::string_view bytes);
  /// Ends the body of `stream`.
  void EndSending(std::int32_t stream);
  void Reset(std::int32_t stream);
  void Ping();
  /// What is to be sent to the server.
  std::string TakeOutput();
  /// Takes what the server has sent; false if it is not HTTP/2.
  bool Receive(std::string_view bytes);

  const Http2Reply& reply(std::int32_t stream) { return calls_[stream].reply; }
  bool has_goaway() const { return goaways_ > 0; }
  int goaways() const { return goaways_; }
  std::uint32_t goaway_error() const { return goaway_error_; }
  std::int32_t goaway_last_stream() const { return goaway_last_stream_; }
  int ping_answers() const { return ping_answers_; }

 private:
  struct Outgoing {
    std::string body;
    std::size_t sent = 0;
    bool more_follows = false;
    Http2Reply reply;
  };
  friend struct Http2ClientCallbacks;

  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Outgoing> calls_;
  int goaways_ = 0;
  int ping_answers_ = 0;
  std::uint32_t goaway_error_ = 0;
  std::int32_t goaway_last_stream_ = 0;
};

}  // namespace slipway::api
