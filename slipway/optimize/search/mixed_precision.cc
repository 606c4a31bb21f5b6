// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/mixed_precision.h"

#include "slipway/base/format.h"
#include "slipway/optimize/search/cached_calibrator.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace slipway::search {
namespace {

// Rejects layers of what is quantized, most sensitive first, until the metric of `report` is within
// the budget.
Status RejectUntilItIsAccurate(const Judge& judge, double max_drop, TimedQuantization& quantization,
                               MixedPrecisionReport& report) {
  SLIPWAY_TRY_ASSIGN(report.judgement, judge(quantization.model()));
  for (const LayerSensitivity& layer : report.sensitivity.layers) {
    const double drop = report.sensitivity.float32.metric - report.judgement.metric;
    if (drop <= max_drop) return {};
    if (quantization.IsRejected(layer.layer)) continue;
    SLIPWAY_TRY(quantization.Reject(
        layer.layer,
        fmt::format("costs accuracy: the metric was {:.4f} below float32 with it", drop)));
    SLIPWAY_TRY_ASSIGN(report.judgement, judge(quantization.model()));
  }
  return {};
}

}  // namespace

Result<MixedPrecisionReport> QuantizeMixed(graph::Model& model, const SearchSubject& subject,
                                           const Stopwatch& stopwatch,
                                           const MixedPrecisionOptions& options) {
  CachedCalibrator calibrator(subject.calibrator);
  MixedPrecisionReport report;
  SLIPWAY_TRY_ASSIGN(report.sensitivity, MeasureSensitivity({subject.model, calibrator,
                                                             subject.options, subject.judge}));
  TimedQuantization quantization(
      {subject.model, calibrator, subject.options, stopwatch, options.tolerance});
  SLIPWAY_TRY(quantization.Start());
  std::vector<std::string> layers;
  std::ranges::transform(report.sensitivity.layers, std::back_inserter(layers),
                         &LayerSensitivity::layer);
  SLIPWAY_TRY(quantization.RejectSlower(layers));
  SLIPWAY_TRY(RejectUntilItIsAccurate(subject.judge, options.max_drop, quantization, report));
  const std::size_t rejected = quantization.rejected().size();
  SLIPWAY_TRY(quantization.Finish());
  if (quantization.rejected().size() > rejected) report.judgement = report.sensitivity.float32;
  report.quantization = quantization.report();
  report.rejected = quantization.rejected();
  report.float32_seconds = quantization.float32_seconds();
  report.seconds = quantization.seconds();
  model = quantization.model();
  return report;
}

}  // namespace slipway::search
