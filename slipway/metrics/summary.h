// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/mutex.h"
#include "slipway/metrics/exponential_buckets.h"

#include <array>
#include <cstdint>
#include <memory>

namespace slipway::metrics {

/// Quantiles of what was observed in the last minute, and the count and sum of all that ever was.
/// Costs more than a histogram and cannot be added up over servers: for dashboards that want it.
///
/// Thread-safe.
class Summary {
 public:
  /// Those that are told.
  static constexpr std::array<double, 5> kQuantiles = {0.5, 0.9, 0.95, 0.99, 0.999};

  /// `clock` outlives the summary.
  explicit Summary(const Clock& clock);

  /// Counts `value`; NaN is left out.
  void Observe(double value);

  /// What a summary tells at one moment.
  struct Reading {
    std::uint64_t count = 0;
    double sum = 0;
    /// One for each of `kQuantiles`, within about 5 %; NaN if nothing came in the last minute.
    std::array<double, kQuantiles.size()> quantiles = {};
  };
  Reading Read() const;

 private:
  static constexpr std::size_t kSlices = 5;
  /// What came in a fifth of a minute.
  struct Slice {
    std::int64_t number = -1;  ///< Since the clock's epoch; -1: none.
    std::unique_ptr<ExponentialBuckets> values;
  };

  std::int64_t CurrentSlice() const;

  const Clock& clock_;
  mutable Mutex mutex_;
  std::array<Slice, kSlices> slices_ SLIPWAY_GUARDED_BY(mutex_);
  std::uint64_t count_ SLIPWAY_GUARDED_BY(mutex_) = 0;
  double sum_ SLIPWAY_GUARDED_BY(mutex_) = 0;
};

}  // namespace slipway::metrics
