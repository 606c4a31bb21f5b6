// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/mutex.h"

namespace slipway {

/// A clock that moves only when a test advances it. Thread-safe.
class FakeClock final : public Clock {
 public:
  SteadyTime Now() const override {
    const MutexLock lock(mutex_);
    return steady_;
  }
  WallTime WallNow() const override {
    const MutexLock lock(mutex_);
    return wall_;
  }
  /// Moves both time lines forward by `step`.
  void Advance(std::chrono::nanoseconds step) {
    const MutexLock lock(mutex_);
    steady_ += std::chrono::duration_cast<SteadyTime::duration>(step);
    wall_ += std::chrono::duration_cast<WallTime::duration>(step);
  }

 private:
  mutable Mutex mutex_;
  SteadyTime steady_ SLIPWAY_GUARDED_BY(mutex_) = SteadyTime(std::chrono::hours(1));
  WallTime wall_ SLIPWAY_GUARDED_BY(mutex_) = WallTime(std::chrono::hours(24 * 365 * 50));
};

}  // namespace slipway
