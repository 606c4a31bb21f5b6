// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/log_limiter.h"

#include "slipway/base/format.h"

#include <algorithm>
#include <utility>

namespace slipway {

LogLimiter::LogLimiter(const Clock& clock, const LogLimit& limit)
    : clock_(clock), limit_(limit), allowed_(limit.burst), refilled_(clock.Now()) {}

std::optional<std::uint64_t> LogLimiter::Admit() {
  const MutexLock lock(mutex_);
  const SteadyTime now = clock_.Now();
  const auto periods = (now - refilled_) / limit_.period;
  if (periods > 0) {
    const auto missing = static_cast<std::int64_t>(limit_.burst - allowed_);
    allowed_ += static_cast<std::uint32_t>(std::min<std::int64_t>(periods, missing));
    refilled_ += periods * limit_.period;
  }
  if (allowed_ == 0) {
    ++held_back_;
    return std::nullopt;
  }
  --allowed_;
  return std::exchange(held_back_, 0);
}

std::string HeldBackNote(std::uint64_t held_back) {
  return held_back == 0 ? "" : fmt::format(" ({} more like it were not logged)", held_back);
}

}  // namespace slipway
