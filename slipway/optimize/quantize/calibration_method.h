// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/range_observer.h"

#include <cstdint>
#include <string_view>

namespace slipway::quantize {

/// How calibration chooses the range of a value. What is beyond a range is cut off, what is within
/// is the coarser the wider the range is.
enum class CalibrationMethod : std::uint8_t {
  kMinMax,         ///< All that occurs: `MinMaxObserver`.
  kMovingAverage,  ///< What occurs in a sample on average: `MovingAverageObserver`.
  kPercentile,     ///< All but a few in 100,000: `PercentileRange`.
  kEntropy,        ///< What loses the least information: `EntropyRange`.
  kMse,            ///< What has the smallest mean squared error: `MseRange`.
};

/// "min-max", "moving-average", "percentile", "entropy" or "mse".
std::string_view CalibrationMethodName(CalibrationMethod method);
/// The method called `name`. kInvalidArgument that lists the names if there is none.
Result<CalibrationMethod> ParseCalibrationMethod(std::string_view name);

/// The percentage of values that `kPercentile` keeps unless told otherwise.
constexpr double kDefaultPercentile = 99.999;

/// Makes observers for `method`. `percentile` is what kPercentile keeps, in percent; others do not
/// look at it. kInvalidArgument if it is not above 50 and at most 100.
Result<RangeObserverFactory> ObserversFor(CalibrationMethod method,
                                          double percentile = kDefaultPercentile);

}  // namespace slipway::quantize
