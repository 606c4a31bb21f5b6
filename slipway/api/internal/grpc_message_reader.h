// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {

/// Cuts the body of a gRPC call, which comes in pieces, into its messages.
///
/// Not thread-safe.
class GrpcMessageReader {
 public:
  explicit GrpcMessageReader(std::uint64_t max_message_bytes) : max_bytes_(max_message_bytes) {}

  void Add(std::string_view bytes) { buffer_.append(bytes); }
  /// The next message with its prefix; absent if it is not there whole. kResourceExhausted as soon
  /// as its prefix says it is too long, kInvalidArgument if that is no prefix; nothing can be read
  /// after that.
  Result<std::optional<std::string>> Next();
  /// Whether a message has begun that is not whole.
  bool has_rest() const { return buffer_.size() > begin_; }

 private:
  void DropRead();

  const std::uint64_t max_bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;  // What lies before has been read.
};

}  // namespace slipway::api
