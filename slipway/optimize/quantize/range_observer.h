// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/affine_scale.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace slipway::quantize {

/// What an observer remembers, to be written down.
struct ObserverState {
  std::string observer;  ///< The name of its class.
  std::vector<double> numbers;
  std::vector<std::uint64_t> counts;
};

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
  /// All that was observed so far.
  virtual ObserverState state() const = 0;
  /// Takes the place of all that was observed so far. kInvalidArgument if `state` is of another
  /// class, or none that this class can be in.
  virtual Status Restore(const ObserverState& state) = 0;
  /// The range chosen by what was observed so far; [0, 0] if that is nothing.
  virtual ValueRange range() const = 0;
};

/// Makes the observer of one tensor.
using RangeObserverFactory = std::function<std::unique_ptr<RangeObserver>()>;

}  // namespace slipway::quantize
