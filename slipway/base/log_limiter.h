// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/mutex.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace slipway {

/// How many lines of one kind a log takes.
struct LogLimit {
  std::uint32_t burst = 5;          ///< Lines that may follow one another at once; at least 1.
  std::chrono::seconds period{10};  ///< After them, one for each of these.
};

/// Keeps a fault that comes a thousand times a second from filling the log: lets a few lines
/// through, then one a period, and says how many it held back.
///
/// Thread-safe.
class LogLimiter {
 public:
  /// `clock` outlives the limiter.
  explicit LogLimiter(const Clock& clock, const LogLimit& limit = {});

  /// The number of lines held back since the last one, if one may be written now; else nothing,
  /// and one more is held back.
  std::optional<std::uint64_t> Admit();

 private:
  const Clock& clock_;
  const LogLimit limit_;
  Mutex mutex_;
  std::uint32_t allowed_ SLIPWAY_GUARDED_BY(mutex_);
  SteadyTime refilled_ SLIPWAY_GUARDED_BY(mutex_);
  std::uint64_t held_back_ SLIPWAY_GUARDED_BY(mutex_) = 0;
};

/// " (3 more like it were not logged)", or nothing for 0: the end of a line that was admitted.
std::string HeldBackNote(std::uint64_t held_back);

}  // namespace slipway
