// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/internal/endpoint.h"
#include "slipway/base/bytes.h"
#include "slipway/base/clock.h"
#include "slipway/base/result.h"

#include <string_view>
#include <utility>

namespace slipway::api::client {

/// A TCP connection to a server. The descriptor does not block; the functions that take a deadline
/// do, until that moment. Deadlines are of `SystemClock()`, because the kernel does the waiting.
///
/// Not thread-safe. Errors are kUnavailable if the peer is not there or goes away, and
/// kDeadlineExceeded; callers add which peer it is.
class ClientSocket {
 public:
  /// Connects, without delaying small packets. Looking up a host name may outlast `deadline`.
  static Result<ClientSocket> Connect(const Endpoint& endpoint, SteadyTime deadline);
  ~ClientSocket();
  ClientSocket(ClientSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ClientSocket& operator=(ClientSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  /// Sends all of `bytes`.
  Status Write(std::string_view bytes, SteadyTime deadline);
  /// Waits for bytes and returns how many went to the front of `buffer`; 0 is the end of the
  /// stream.
  Result<std::size_t> Read(MutableByteView buffer, SteadyTime deadline);

  /// Sends what can be sent at once and returns how much that was.
  Result<std::size_t> TryWrite(std::string_view bytes);
  /// As `Read`, but returns kNothingYet instead of waiting.
  Result<std::size_t> TryRead(MutableByteView buffer);
  static constexpr std::size_t kNothingYet = static_cast<std::size_t>(-1);

  int descriptor() const { return descriptor_; }

 private:
  explicit ClientSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace slipway::api::client
