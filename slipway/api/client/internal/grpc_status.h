// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// The bytes before each gRPC message: one that says "not compressed" and its size in four, big
/// endian.
inline constexpr std::size_t kGrpcPrefixBytes = 5;

/// The prefix of a message of `size` bytes, less than 4 GiB.
std::string GrpcPrefix(std::size_t size);

/// Collects what header fields and trailers say about the outcome of a call.
///
/// Not thread-safe.
class GrpcOutcome {
 public:
  /// Takes one field; others than those it needs are ignored.
  void TakeField(std::string_view name, std::string_view value);
  /// Whether the call went well: HTTP status 200 and gRPC status 0.
  bool ok() const { return http_status_ == 200 && grpc_status_ == 0; }
  /// Whether any field has come.
  bool empty() const { return !http_status_ && !grpc_status_; }
  /// Success, or the server's error with the code that its status stands for.
  Status ToStatus() const;
  void Clear() { *this = {}; }

 private:
  std::optional<int> http_status_;
  std::optional<int> grpc_status_;
  std::string message_;  // Percent-encoded, as it came.
};

}  // namespace slipway::api::client
