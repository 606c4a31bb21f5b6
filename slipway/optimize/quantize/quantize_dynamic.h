// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace slipway::quantize {

/// How a model is quantized without calibration.
struct DynamicQuantizeOptions {
  TargetCpu target = TargetCpu::kThisMachine;
  /// How much of int8 the weights use; if absent, the most precise that is exact on `target`.
  std::optional<WeightRange> weight_range = {};
  /// Names of nodes that stay float32.
  std::set<std::string, std::less<>> excluded_nodes = {};
};

/// Quantizes the matrix products by constant weights of `model` to int8, the inputs by the range
/// that they have in each call: DynamicQuantizeLinear, MatMulInteger and a multiplication by the
/// scales, which are standard operators that ONNX Runtime fuses to one. Weights have a scale for
/// each output channel. Convolutions stay float32: the engine's ConvInteger takes 4 to 10 times as
/// long.
///
/// On error `model` is as it was; the errors are those of `QuantizeStatic`.
Result<QuantizeReport> QuantizeDynamic(graph::Model& model, const DynamicQuantizeOptions& options);

}  // namespace slipway::quantize
