// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"

#include <algorithm>
#include <chrono>

namespace slipway::api {

/// Tells a flood of frames that carry nothing (PING, SETTINGS, WINDOW_UPDATE, PRIORITY, empty DATA)
/// from ordinary traffic: such frames are paid for by requests, by data sent, and by time.
class Http2FrameBudget {
 public:
  explicit Http2FrameBudget(SteadyTime now) : refilled_(now) {}

  void EarnRequest() { Earn(16); }
  /// A client may answer each DATA frame with a WINDOW_UPDATE of stream and connection, and a PING.
  void EarnData() { Earn(4); }
  /// Pays for frames worth `cost`; false if the client is flooding.
  bool Spend(int cost, SteadyTime now) {
    if (frames_ < cost) Refill(now);
    frames_ -= cost;
    return frames_ >= 0;
  }

 private:
  static constexpr std::int64_t kMost = 10'000;
  static constexpr std::int64_t kPerSecond = 1'000;

  void Earn(std::int64_t frames) { frames_ = std::min(kMost, frames_ + frames); }
  void Refill(SteadyTime now) {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - refilled_);
    refilled_ += passed;
    Earn(std::min(kMost, passed.count() * kPerSecond / 1'000));
  }

  std::int64_t frames_ = kMost;
  SteadyTime refilled_;
};

}  // namespace slipway::api
