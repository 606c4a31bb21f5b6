// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/range_observer.h"
#include "slipway/optimize/quantize/value_histogram.h"

#include <cstddef>
#include <functional>
#include <utility>

namespace slipway::quantize {

/// Counts values in a histogram and lets a function of `histogram_range.h` choose the range.
class HistogramObserver final : public RangeObserver {
 public:
  using RangeOf = std::function<ValueRange(const ValueHistogram&)>;

  explicit HistogramObserver(RangeOf range_of) : range_of_(std::move(range_of)) {}

  void Observe(std::span<const float> values, std::size_t samples) override;
  /// As promised by `RangeObserver`; keeps its own way to choose the range.
  Status Merge(const RangeObserver& other) override;
  /// The same for all ways to choose the range.
  ObserverState state() const override;
  Status Restore(const ObserverState& state) override;
  ValueRange range() const override { return range_of_(histogram_); }

 private:
  const RangeOf range_of_;
  ValueHistogram histogram_;
};

}  // namespace slipway::quantize
