// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace slipway::serving {

/// The most priority levels that a model may have.
inline constexpr std::size_t kMaxPriorityLevels = 64;

/// What becomes of a request that has waited as long as its policy allows.
enum class TimeoutAction : std::uint8_t {
  kReject,  ///< It is answered with kDeadlineExceeded.
  kDelay,   ///< It waits on, behind those of its priority level whose time is not up.
};

/// How requests of one priority level wait.
struct QueuePolicy {
  std::chrono::microseconds timeout{0};  ///< Longest wait before `timeout_action`; 0: no limit.
  TimeoutAction timeout_action = TimeoutAction::kReject;
  bool allow_timeout_override = false;  ///< Whether a request may set itself a shorter timeout.
  std::size_t max_queue_size = 0;       ///< Requests that may wait; 0: the batcher's bound.
};

}  // namespace slipway::serving
