// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/metrics/exponential_buckets.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::metrics {

/// Counts of observations by upper bound, with their sum, and the same by finer buckets for those
/// who read native histograms. Thread-safe, lock-free.
///
/// A reader may see an observation in a bucket before it sees it in the sum or in the other
/// buckets.
class Histogram {
 public:
  /// `upper_bounds` are finite and ascend; what lies above the last is counted too.
  explicit Histogram(std::vector<double> upper_bounds);
  /// One that counts nothing, for a registry without histograms.
  static Histogram Disabled() { return Histogram({}, false); }

  /// Counts `value` in the first bucket whose bound is not below it. NaN is left out: it has no
  /// bucket and would spoil the sum for ever.
  void Observe(double value);

  std::span<const double> upper_bounds() const { return upper_bounds_; }
  /// Observations in bucket `index`, not cumulated; the last bucket is the one above all bounds.
  std::uint64_t bucket_count(std::size_t index) const {
    return counts_[index].load(std::memory_order_relaxed);
  }
  /// Observations in all buckets.
  std::uint64_t count() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }
  const ExponentialBuckets& native() const { return native_; }

 private:
  Histogram(std::vector<double> upper_bounds, bool is_enabled);

  const std::vector<double> upper_bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  ExponentialBuckets native_;
  std::atomic<double> sum_ = 0;
  const bool is_enabled_;
};

/// Bounds for latencies in seconds: 25 µs to 10 s, about three a decade.
std::vector<double> LatencyBounds();

}  // namespace slipway::metrics
