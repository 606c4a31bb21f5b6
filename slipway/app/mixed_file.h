// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/quantize_file.h"

namespace slipway::app {

/// Quantizes the model of the options by `search::QuantizeMixed`, judged on `validation` or else on
/// the calibration data, which have labels then; checks the result and writes it. The report
/// says which layers stay float32, and why. Errors as of `QuantizeFile`.
Result<QuantizedFile> QuantizeMixedFile(const runtime::Engine& engine,
                                        const QuantizeFileOptions& options);

}  // namespace slipway::app
