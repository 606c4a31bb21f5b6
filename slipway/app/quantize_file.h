// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/optimize/quantize/quantize_static.h"
#include "slipway/optimize/quantize/verify_quantized.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::app {

/// How a model file is quantized.
struct QuantizeFileOptions {
  std::filesystem::path model;
  std::filesystem::path out;
  DataFlags calibration;
  std::size_t calibration_samples = 1000;  ///< From the first on; fewer if there are fewer.
  quantize::StaticQuantizeOptions quantize = {};
};

/// What became of it.
struct QuantizedFile {
  quantize::QuantizeReport report;
  std::vector<quantize::OutputComparison> outputs;  ///< Against the float32 model.
};

/// Quantizes the model of the options with ranges from the calibration data, checks the result in
/// `engine` against the original, and only then writes it, all or nothing.
Result<QuantizedFile> QuantizeFile(const runtime::Engine& engine,
                                   const QuantizeFileOptions& options);

/// The outcome as one JSON object; docs/formats/command-output.md has its schema.
std::string QuantizeJson(const quantize::QuantizeReport& report,
                         const std::vector<quantize::OutputComparison>& outputs);

}  // namespace slipway::app
