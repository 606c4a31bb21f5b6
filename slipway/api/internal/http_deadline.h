// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace slipway::api {

/// When a transfer has become too slow: `timeout` after its last byte, and in all it must keep up
/// with 1 KiB/s once `timeout` has passed, so that a trickle can't hold memory for ever.
class TransferDeadline {
 public:
  void Begin(SteadyTime now) {
    begin_ = now;
    last_ = now;
    bytes_ = 0;
  }
  void Progress(SteadyTime now, std::uint64_t bytes) {
    last_ = now;
    bytes_ += bytes;
  }
  bool Passed(SteadyTime now, std::chrono::milliseconds timeout) const {
    const std::chrono::seconds earned(bytes_ / kLeastBytesPerSecond);
    return now > std::min(last_ + timeout, begin_ + timeout + earned);
  }

 private:
  static constexpr std::uint64_t kLeastBytesPerSecond = 1024;

  SteadyTime begin_;
  SteadyTime last_;
  std::uint64_t bytes_ = 0;
};

}  // namespace slipway::api
