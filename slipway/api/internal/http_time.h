// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"

#include <string>
#include <string_view>

namespace slipway::api {

/// The time of one round of an I/O thread: read from the clock once, used by all its connections.
///
/// Not thread-safe; each I/O thread has one.
class RoundTime {
 public:
  /// `clock` outlives this.
  explicit RoundTime(const Clock& clock) : clock_(clock) { Update(); }
  /// Reads the clock.
  void Update();
  SteadyTime now() const { return now_; }
  /// The calendar time as a `date` field has it (RFC 9110, 5.6.7).
  std::string_view date() const { return date_; }

 private:
  const Clock& clock_;
  SteadyTime now_;
  std::chrono::sys_seconds second_ = std::chrono::sys_seconds::min();
  std::string date_;
};

}  // namespace slipway::api
