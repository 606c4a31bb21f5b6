// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// What the head of a response says about the rest of it.
struct HttpResponseHead {
  int status = 0;
  bool keeps_connection = true;
  /// Inference-Header-Content-Length: the bytes of JSON before the tensors.
  std::optional<std::uint64_t> json_size;
};

/// What a step of `HttpResponseReader` found.
struct HttpProgress {
  std::size_t used = 0;   ///< Bytes of the input that it took.
  std::string_view body;  ///< The next piece of the body, inside the input.
};

/// Finds the frame of HTTP/1.1 responses (RFC 9112) in the bytes of a connection: status, fields
/// that matter to us, and where the body lies. It neither copies nor keeps the body, and allocates
/// only for a head that arrives in pieces, so that a load generator can afford it.
///
/// Not thread-safe. Errors are kInternal for bytes that are no HTTP response and kResourceExhausted
/// for a body above the limit; the connection is of no use afterwards.
class HttpResponseReader {
 public:
  /// A head has at most this many bytes.
  static constexpr std::size_t kMaxHeadBytes = 64 * 1024;

  explicit HttpResponseReader(std::uint64_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  /// Takes bytes from the front of `input`, until `done()` or until all are taken; call it again
  /// with what is left. Takes nothing once done.
  Result<HttpProgress> Take(std::string_view input);
  /// Says that the server closed the connection; that may be how the body ends.
  Status TakeEnd();
  /// Whether the response is complete; `head()` is valid then.
  bool done() const { return state_ == State::kDone; }
  /// Whether not one byte of a response has come.
  bool untouched() const { return state_ == State::kHead && partial_head_.empty(); }
  const HttpResponseHead& head() const { return head_; }
  /// Gets ready for the next response of the connection.
  void Reset();

 private:
  // kHead -> kFixedBody | kBodyToEnd | kChunkSize, or kDone when there is no body.
  // kChunkSize -> kChunkData -> kChunkEnd -> kChunkSize ... -> kTrailers -> kDone
  enum class State : std::uint8_t {
    kHead,
    kFixedBody,
    kBodyToEnd,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailers,
    kDone,
  };

  Result<std::size_t> TakeHead(std::string_view input);
  Status ParseHead(std::string_view head);
  Status ParseStatusLine(std::string_view line);
  Status ParseField(std::string_view line);
  Status StartBody();
  HttpProgress TakeBody(std::string_view input, State next);
  Result<std::size_t> TakeLine(std::string_view input);
  Status HandleLine(std::string_view line);
  Status CountBody(std::uint64_t size);

  std::uint64_t max_body_bytes_;
  State state_ = State::kHead;
  HttpResponseHead head_;
  std::string partial_head_;  // Of a head, or of a line between chunks.
  std::optional<std::uint64_t> content_length_;
  bool chunked_ = false;
  std::uint64_t left_ = 0;        // Of the body, or of the chunk.
  std::uint64_t body_bytes_ = 0;  // So far, announced or received.
};

}  // namespace slipway::api::client
