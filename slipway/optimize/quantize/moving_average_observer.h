// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/range_observer.h"

#include <cstddef>
#include <cstdint>

namespace slipway::quantize {

/// Chooses the mean of the smallest values of the samples and the mean of their largest, so that a
/// few unusual samples widen the range but little.
///
/// The moving average of Jacob et al., "Quantization and training of neural networks for efficient
/// integer-arithmetic-only inference" (2018), section 3.1, forgets what is long ago, because the
/// network is trained meanwhile. In calibration it is not: each sample weighs the same here, so
/// that the range depends neither on their order nor on how they are grouped.
class MovingAverageObserver final : public RangeObserver {
 public:
  void Observe(std::span<const float> values, std::size_t samples) override;
  Status Merge(const RangeObserver& other) override;
  ObserverState state() const override;
  Status Restore(const ObserverState& state) override;
  ValueRange range() const override;

 private:
  double min_sum_ = 0;
  double max_sum_ = 0;
  std::uint64_t samples_ = 0;
};

}  // namespace slipway::quantize
