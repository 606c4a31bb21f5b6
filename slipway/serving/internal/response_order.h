// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/serving/batcher.h"

#include <cstdint>
#include <deque>
#include <optional>

namespace slipway::serving {

/// Has answers leave in the order in which their requests came, whichever instance is done first.
///
/// Thread-safe. Requests are numbered from 0 without gaps; each number is delivered or skipped
/// once.
class ResponseOrder {
 public:
  /// Gives `outputs` to `done` once all lower numbers have been delivered or skipped: from inside
  /// this call, or from that for the last of them.
  void Deliver(std::uint64_t number, RequestDone done, RequestOutputs outputs);
  /// Lets nobody wait for this number any more: its request has been answered already.
  void Skip(std::uint64_t number);

 private:
  /// An answer that waits for its turn.
  struct Answer {
    RequestDone done;
    RequestOutputs outputs;
  };
  /// What is known of a number.
  struct Slot {
    bool is_settled = false;
    std::optional<Answer> answer;  ///< None if it was skipped.
  };

  void Settle(std::uint64_t number, std::optional<Answer> answer);
  std::optional<Slot> TakeNext();

  Mutex mutex_;
  std::deque<Slot> slots_ SLIPWAY_GUARDED_BY(mutex_);      ///< Of `first_` and those behind it.
  std::uint64_t first_ SLIPWAY_GUARDED_BY(mutex_) = 0;     ///< The number whose turn it is.
  bool is_delivering_ SLIPWAY_GUARDED_BY(mutex_) = false;  ///< One thread at a time, for the order.
};

}  // namespace slipway::serving
