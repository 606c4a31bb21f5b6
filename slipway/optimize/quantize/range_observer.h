// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/affine_scale.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace slipway::quantize {

/// What calibration remembers of one tensor, in memory that does not grow with the number of
/// samples, and the range it would quantize. How the range is chosen is what implementations differ
/// in.
///
/// Not thread-safe.
class RangeObserver {
 public:
  virtual ~RangeObserver() = default;
  /// Takes the values of one batch in, which holds `samples` samples, at least one. All are finite.
  /// The values of a sample lie together if there are as many for each; a method that looks at
  /// samples takes values that cannot be shared out evenly for those of one.
  virtual void Observe(std::span<const float> values, std::size_t samples) = 0;
  /// Takes in all that `other`, of the same class, has seen. kInvalidArgument if it is of another.
  virtual Status Merge(const RangeObserver& other) = 0;
  /// The range chosen by what was observed so far; [0, 0] if that is nothing.
  virtual ValueRange range() const = 0;
};

/// Makes the observer of one tensor.
using RangeObserverFactory = std::function<std::unique_ptr<RangeObserver>()>;

}  // namespace slipway::quantize
