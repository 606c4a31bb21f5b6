// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api::client {

/// What a `GrpcPeer` says to every call.
struct PeerAnswer {
  std::string http_status = "200";
  std::string body = {};                   ///< With the prefix of a gRPC message.
  std::string grpc_status = "0";           ///< Empty: no trailers.
  std::string grpc_message = {};           ///< Empty: none.
  std::uint32_t reset = NGHTTP2_NO_ERROR;  ///< Another code: resets the stream instead.
};

/// A gRPC server in memory: nghttp2 reads what a client wrote, and says what it hears. Not
/// thread-safe.
class GrpcPeer {
 public:
  /// A call as it came.
  struct Call {
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
  };

  explicit GrpcPeer(PeerAnswer answer, const std::vector<nghttp2_settings_entry>& settings = {});
  ~GrpcPeer();
  GrpcPeer(const GrpcPeer&) = delete;
  GrpcPeer& operator=(const GrpcPeer&) = delete;

  /// Takes the client's bytes and returns the peer's.
  std::string Exchange(std::string_view bytes);
  /// Says that no further call is welcome; the bytes come with the next `Exchange`.
  void GoAway();
  /// The calls that are complete, in their order.
  const std::vector<Call>& calls() const { return calls_; }
  /// Whether nghttp2 found a fault in what the client sent.
  bool broken() const { return broken_; }

 private:
  struct Callbacks;
  struct Stream {
    Call call;
    std::size_t sent = 0;  // Of the answer.
  };
  void Answer(std::int32_t stream);

  PeerAnswer answer_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Stream> streams_;
  std::vector<Call> calls_;
  bool broken_ = false;
};

}  // namespace slipway::api::client
