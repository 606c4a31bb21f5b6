// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <chrono>
#include <cstdint>

namespace slipway::serving {

/// Why a batcher does not accept a request: numbers taken under its lock, for a message made
/// outside.
struct Refusal {
  enum class Reason : std::uint8_t {
    kClosed,           ///< The model is being unloaded.
    kTooManyRequests,  ///< `waiting` requests wait, `limit` may.
    kTooManyBytes,     ///< The inputs of those that wait have `waiting` bytes, `limit` they may.
    kTooLate,          ///< It would be answered after its deadline, `limit` microseconds away.
  };
  Reason reason = Reason::kClosed;
  std::uint64_t waiting = 0;
  std::uint64_t limit = 0;
  std::chrono::microseconds drain{0};  ///< How long what waits will take, about.
};

/// kUnavailable if closed, else kResourceExhausted with the numbers.
Error ToError(const Refusal& refusal);

}  // namespace slipway::serving
