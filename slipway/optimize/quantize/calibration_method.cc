// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/calibration_method.h"

#include "slipway/optimize/quantize/histogram_observer.h"
#include "slipway/optimize/quantize/histogram_range.h"
#include "slipway/optimize/quantize/min_max_observer.h"
#include "slipway/optimize/quantize/moving_average_observer.h"

#include <array>
#include <memory>
#include <utility>

namespace slipway::quantize {
namespace {

constexpr std::array kMethodNames = {
    std::pair<CalibrationMethod, std::string_view>{CalibrationMethod::kMinMax, "min-max"},
    std::pair<CalibrationMethod, std::string_view>{CalibrationMethod::kMovingAverage,
                                                   "moving-average"},
    std::pair<CalibrationMethod, std::string_view>{CalibrationMethod::kPercentile, "percentile"},
    std::pair<CalibrationMethod, std::string_view>{CalibrationMethod::kEntropy, "entropy"},
    std::pair<CalibrationMethod, std::string_view>{CalibrationMethod::kMse, "mse"}};

RangeObserverFactory HistogramObservers(const HistogramObserver::RangeOf& range_of) {
  return [range_of] { return std::make_unique<HistogramObserver>(range_of); };
}

}  // namespace

std::string_view CalibrationMethodName(CalibrationMethod method) {
  for (const auto& [known, name] : kMethodNames) {
    if (known == method) return name;
  }
  return "";
}

Result<CalibrationMethod> ParseCalibrationMethod(std::string_view name) {
  for (const auto& [method, known] : kMethodNames) {
    if (known == name) return method;
  }
  return InvalidArgument(
      "unknown calibration method \"{}\": it is min-max, moving-average, percentile, entropy or "
      "mse",
      name);
}

Result<RangeObserverFactory> ObserversFor(CalibrationMethod method, double percentile) {
  constexpr double kPercent = 100;
  constexpr double kLeastPercentile = 50;
  switch (method) {
    case CalibrationMethod::kMovingAverage:
      return RangeObserverFactory([] { return std::make_unique<MovingAverageObserver>(); });
    case CalibrationMethod::kPercentile:
      if (!(percentile > kLeastPercentile && percentile <= kPercent)) {
        return InvalidArgument("percentile {} must be above 50 and at most 100", percentile);
      }
      return HistogramObservers([share = percentile / kPercent](const ValueHistogram& histogram) {
        return PercentileRange(histogram, share);
      });
    case CalibrationMethod::kEntropy:
      return HistogramObservers(EntropyRange);
    case CalibrationMethod::kMse:
      return HistogramObservers(MseRange);
    case CalibrationMethod::kMinMax:
      break;
  }
  return RangeObserverFactory([] { return std::make_unique<MinMaxObserver>(); });
}

}  // namespace slipway::quantize
