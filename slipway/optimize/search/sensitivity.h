// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/quantize_static.h"
#include "slipway/optimize/search/judge.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace slipway::search {

/// What it costs to quantize one layer and no other.
struct LayerSensitivity {
  std::string layer;
  std::string op_type;
  double metric_drop =
      0;  ///< The metric of the float32 model less that with this layer in int8; may be below 0.
  double output_snr_db = 0;
};

struct SensitivityReport {
  Judgement float32;  ///< Of the model as it was.
  Judgement int8;     ///< With all layers in int8.
  /// Most sensitive first: by the drop of the metric, and where that is the same by the noise of
  /// the outputs.
  std::vector<LayerSensitivity> layers;
};

/// What is quantized how, and how it is judged. All outlive the call.
struct SearchSubject {
  const graph::Model& model;
  quantize::Calibrator& calibrator;
  const quantize::StaticQuantizeOptions& options;
  const Judge& judge;
};

/// Called after each model that has been judged, with how many were and how many will be; may be
/// empty.
using SearchProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Quantizes each layer with weights, and each product, that `QuantizeStatic` would quantize alone,
/// and judges the outcome by the task's own metric. Calibrates once. Errors as of `QuantizeStatic`
/// and the judge; kFailedPrecondition if there is no layer to quantize.
Result<SensitivityReport> MeasureSensitivity(const SearchSubject& subject,
                                             const SearchProgress& progress = {});

}  // namespace slipway::search
