// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/range_observer.h"

#include <cstddef>
#include <optional>

namespace slipway::quantize {

/// Chooses the smallest range that holds every value seen.
class MinMaxObserver final : public RangeObserver {
 public:
  void Observe(std::span<const float> values, std::size_t samples) override;
  Status Merge(const RangeObserver& other) override;
  ObserverState state() const override;
  Status Restore(const ObserverState& state) override;
  ValueRange range() const override { return seen_.value_or(ValueRange{}); }

 private:
  std::optional<ValueRange> seen_;
};

}  // namespace slipway::quantize
