// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace slipway::metrics {

/// Seconds that add up and that someone else counts, such as the kernel. Thread-safe, lock-free.
class SecondsCounter {
 public:
  /// Sets the sum to `total`, unless it is larger already.
  void RaiseTo(double total) {
    double known = value_.load(std::memory_order_relaxed);
    while (known < total &&
           !value_.compare_exchange_weak(known, total, std::memory_order_relaxed)) {
    }
  }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = 0;
};

}  // namespace slipway::metrics
