// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/app/synthetic_input.h"
#include "slipway/optimize/quantize/calibration_method.h"
#include "slipway/optimize/quantize/quantize_static.h"
#include "slipway/optimize/quantize/quantize_weights.h"
#include "slipway/optimize/quantize/verify_quantized.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::app {

/// What `slipway quantize --method` names.
enum class QuantizeMethod : std::uint8_t {
  kStatic,
  kMixed,
  kDynamic,
  kWeightOnly,
  kFloat16,
  kBfloat16
};

/// How a model file is quantized.
struct QuantizeFileOptions {
  std::filesystem::path model;
  std::filesystem::path out;
  QuantizeMethod method = QuantizeMethod::kStatic;
  /// Data for which the model is; `images` may be empty for methods that need none.
  DataFlags calibration = {};
  /// Labelled data that the mixed method judges by; `images` may be empty: the calibration data
  /// then.
  DataFlags validation = {};
  double max_drop = 0.002;                 ///< Of top-1, a share, by the mixed method.
  std::size_t calibration_samples = 1000;  ///< From the first on; fewer if there are fewer.
  quantize::CalibrationMethod calibration_method = quantize::CalibrationMethod::kMinMax;
  double percentile = quantize::kDefaultPercentile;  ///< For `CalibrationMethod::kPercentile`.
  /// Of the static method, see `quantize::CalibrationCheckpoint`; empty: none.
  std::filesystem::path calibration_checkpoint = {};
  /// Of the static method; the dynamic one takes target, weight range and excluded nodes from it.
  quantize::StaticQuantizeOptions quantize = {};
  /// Of the static method: whether layers that make the model slower on this machine become int8
  /// nevertheless. Otherwise, unless the model is for another processor, they stay float32.
  bool keeps_slower = true;
  /// Of the weight-only method, which takes excluded nodes from `quantize`.
  quantize::WeightOnlyOptions weights = {};
  /// What the result is checked on if there is no data.
  SyntheticShapes shapes = {.batch = 4};
};

/// What became of it.
struct QuantizedFile {
  quantize::QuantizeReport report;
  std::vector<quantize::OutputComparison> outputs;  ///< Against the float32 model.
};

/// Quantizes the model of the options, with what it takes on the calibration data if the method
/// asks for that, checks the result in `engine` against the original, and only then writes it, all
/// or nothing. kInvalidArgument if the method needs data and there are none.
Result<QuantizedFile> QuantizeFile(const runtime::Engine& engine,
                                   const QuantizeFileOptions& options);

/// The outcome as one JSON object; docs/formats/command-output.md has its schema.
std::string QuantizeJson(const quantize::QuantizeReport& report,
                         const std::vector<quantize::OutputComparison>& outputs);

}  // namespace slipway::app
