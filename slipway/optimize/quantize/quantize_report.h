// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/evaluate/weight_change.h"
#include "slipway/optimize/quantize/target_cpu.h"
#include "slipway/optimize/quantize/weight_quantizer.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::quantize {

/// The name by which reports, and options that exclude nodes, know `node`: its own, or if it has
/// none that of its first output.
std::string ReportedName(const graph::Node& node);

/// What was decided for one node of the model and how well it went.
struct LayerReport {
  std::string name;  ///< See `ReportedName`.
  std::string op_type;
  bool is_int8 = false;
  /// What it computes with, "float32" or "int8", or what its weights are stored as, such as
  /// "int4 weights".
  std::string type = "float32";
  std::string reason;  ///< Why it stays float32, or what becomes of it; empty for int8 operators.
  /// Why layers of its kind mostly get slower in int8; empty if they do not.
  std::string slow_kind = {};
  /// Scales of its weights: one for each output channel, for each block, or for all; 0 if its
  /// weights are float.
  std::size_t scale_count = 0;
  /// What became of its weights; a ratio of 0 dB if they are float32. In JSON, the ratio alone, as
  /// "weight_snr_db".
  evaluate::WeightChange weight = {};

  /// Whether it multiplies in int8: pooling, activations and reshapes go along with such layers.
  bool multiplies_int8() const { return is_int8 && (scale_count > 0 || op_type == "MatMul"); }
};

/// What quantization did to a model.
struct QuantizeReport {
  std::string method = {};  ///< "static", "dynamic", "weight-only", "fp16" or "bf16".
  TargetCpu target = TargetCpu::kThisMachine;  ///< Resolved: never kThisMachine when done.
  WeightRange weight_range = WeightRange::kFull;
  std::vector<LayerReport> layers;  ///< In the order of the graph.
  std::uint64_t float_bytes = 0;    ///< The ONNX file before.
  std::uint64_t quantized_bytes = 0;
  std::vector<std::string> notes;  ///< What was left out of the whole, for people.

  /// Layers with quantized weights.
  std::size_t quantized_layer_count() const;
};

/// The report as one JSON object: "method", "target", "weight_range", "float_bytes",
/// "quantized_bytes", "notes", and "layers" with the fields of `LayerReport` by their names. An
/// infinite ratio is null.
std::string ToJson(const QuantizeReport& report);

}  // namespace slipway::quantize
