// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace slipway {

/// A point on the monotonic time line: for durations, deadlines and latencies.
using SteadyTime = std::chrono::steady_clock::time_point;
/// A point on the calendar: for stamps that people read.
using WallTime = std::chrono::system_clock::time_point;

/// Where the time comes from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime Now() const = 0;
  virtual WallTime WallNow() const = 0;
};

/// The machine's clock; lives as long as the process.
const Clock& SystemClock();

}  // namespace slipway
