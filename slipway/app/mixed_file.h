// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/quantize_file.h"
#include "slipway/optimize/codebook/code_weights.h"

#include <cstdint>

namespace slipway::app {

/// What the mixed method is to make better.
enum class Objective : std::uint8_t {
  kLatency,  ///< int8 for the layers that get faster by it here.
  kSize,     ///< For each layer the fewest bytes, as codes.
};

/// Quantizes the model of the options by `search::QuantizeMixed`, judged on `validation` or else on
/// the calibration data, which have labels then; checks the result and writes it. The report
/// says which layers stay float32, and why. Errors as of `QuantizeFile`.
Result<QuantizedFile> QuantizeMixedFile(const runtime::Engine& engine,
                                        const QuantizeFileOptions& options);

/// Gives each layer codes by `search::FindSmallestCodes` with `coding`, judged as above; the result
/// has been checked, and is written. The notes of the report tell the metric before and after.
/// kInvalidArgument if there are no calibration data.
Result<codebook::CodingReport> CodeMixedFile(const runtime::Engine& engine,
                                             const QuantizeFileOptions& options,
                                             const codebook::CodeWeightsOptions& coding);

}  // namespace slipway::app
