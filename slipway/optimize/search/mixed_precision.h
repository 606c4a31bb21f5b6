// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/quantize_report.h"
#include "slipway/optimize/search/judge.h"
#include "slipway/optimize/search/sensitivity.h"
#include "slipway/optimize/search/timed_quantization.h"

#include <string>
#include <vector>

namespace slipway::search {

/// What mixed precision may cost and must gain.
struct MixedPrecisionOptions {
  double max_drop = 0.002;  ///< Of the metric, against the float32 model.
  double tolerance = 0.02;  ///< See `TimedSubject`.
};

struct MixedPrecisionReport {
  quantize::QuantizeReport quantization;  ///< Its layers tell why they stay float32.
  SensitivityReport sensitivity;
  Judgement judgement;  ///< Of the outcome.
  double float32_seconds = 0;
  double seconds = 0;  ///< Of the outcome.
  std::vector<RejectedLayer> rejected;
};

/// Quantizes the layers of a model that get faster by it on this machine, as long as the metric
/// allows, and writes the outcome to `model`.
///
/// Greedy, in two rounds. What `stopwatch` says gets slower by being quantized stays float32, layer
/// by layer. Then the layers that remain become float32 again, most sensitive first, until the drop
/// of the metric is within the budget. The model itself is the outcome if nothing else is. Errors
/// leave `model` as it was.
Result<MixedPrecisionReport> QuantizeMixed(graph::Model& model, const SearchSubject& subject,
                                           const Stopwatch& stopwatch,
                                           const MixedPrecisionOptions& options);

}  // namespace slipway::search
