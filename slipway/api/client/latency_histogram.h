// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::api::client {

/// Counts latencies in log-linear buckets: 128 to each doubling, so that a quantile is off by less
/// than 0.4 % (the layout of HdrHistogram). Holds up to 18 minutes; what is longer counts as that.
///
/// Not thread-safe; 35 KiB.
class LatencyHistogram {
 public:
  LatencyHistogram();

  /// Counts `latency`; a negative one counts as 0.
  void Record(std::chrono::nanoseconds latency);
  /// Counts all that `other` has counted.
  void Add(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  /// The longest that was recorded, exactly; 0 when empty.
  std::chrono::nanoseconds max() const { return max_; }
  /// The latency that a share `quantile` of those recorded does not exceed, from 0 to 1; 0 when
  /// empty.
  std::chrono::nanoseconds Quantile(double quantile) const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds max_{0};
};

}  // namespace slipway::api::client
