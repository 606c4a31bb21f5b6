// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/calibrator.h"
#include "slipway/optimize/quantize/integer_format.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace slipway::quantize {

/// How the channels of a value between two layers are made alike before they get one scale.
enum class Equalization : std::uint8_t {
  kNone,
  /// By the weights on both sides: cross-layer equalization (Nagel et al., 2019).
  kWeights,
  /// By the largest values that channels take, half of which the weights take over: SmoothQuant
  /// (Xiao et al., 2022). The calibrator is asked for them.
  kActivations,
};

/// "none", "weights" or "activations".
std::string_view EqualizationName(Equalization equalization);

/// How a model is quantized.
struct StaticQuantizeOptions {
  IntegerFormat format = {};
  IntegerForm form = IntegerForm::kQdq;
  TargetCpu target = TargetCpu::kThisMachine;
  /// How much of the codes the weights use; if absent, the most precise that is exact on `target`.
  std::optional<WeightRange> weight_range = {};
  Equalization equalization = Equalization::kNone;
  /// Whether biases make up for what the rounding of weights takes from outputs on average, by the
  /// means of the layers' inputs, for which the calibrator is asked too.
  bool bias_correction = false;
  /// Names of nodes that stay float32, see `ReportedName`.
  std::set<std::string, std::less<>> excluded_nodes = {};
  /// Whether layers of a kind that mostly gets slower by it become int8 as well.
  bool admits_slow_kinds = false;
};

/// Quantizes `model` to static int8 in the types and the form that `options` say, upgrading it to
/// ONNX opset 13 if need be: activations by the ranges of `calibrator`, weights, int32 biases.
/// Inputs and outputs keep their names, types and shapes. Operators that would not get faster stay
/// float32; so do subgraphs. A model with nothing to quantize stays as it is, which the report
/// tells.
///
/// On error `model` is as it was: kFailedPrecondition if it is quantized already, kUnimplemented if
/// its opset cannot be upgraded, kInvalidArgument if the options are
/// none that an engine can run, a weight is not finite, or `calibrator` says so.
Result<QuantizeReport> QuantizeStatic(graph::Model& model, Calibrator& calibrator,
                                      const StaticQuantizeOptions& options);

}  // namespace slipway::quantize
