// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/sample_runner.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace slipway::quantize {

/// A model and what quantization made of it.
struct ModelPair {
  const graph::Model& original;
  const graph::Model& quantized;
};

/// How far one output of the quantized model is from that of the original.
struct OutputComparison {
  std::string name;
  /// See `evaluate::SignalToNoise`, over all samples; infinite if they are equal.
  double snr_db = 0;
  double largest_error = 0;  ///< The largest |y - y'|.
};

/// The least signal-to-noise ratio of an output, in dB. It lets all but noise pass: what gives
/// zeros has 0 dB. Whether a model is accurate enough is for its task metric to say.
inline constexpr double kLeastSnrDb = 1;

/// What a check runs and what it demands.
struct VerifyOptions {
  BatchLimits batches = {.max_samples = 64};
  /// Outputs with a smaller signal-to-noise ratio are refused, in dB.
  double min_snr_db = kLeastSnrDb;
};

/// What the engine says against a quantized model, as what it means for the caller:
/// kFailedPrecondition, because the result fails its check.
Error FailedCheck(const Error& cause);

/// Runs both `models` on `samples` and compares each float32 output. kFailedPrecondition if the
/// quantized model does not load or run in the engine (`FailedCheck`), gives what is not finite
/// where the original does not, or is further off than `options` allow: it must not be used then.
/// kInvalidArgument if the original gives nothing finite to compare with.
Result<std::vector<OutputComparison>> VerifyQuantized(const runtime::Engine& engine,
                                                      const ModelPair& models,
                                                      const dataset::SampleSource& samples,
                                                      const VerifyOptions& options = {});

/// The same with one call on `inputs`, one for each input of the models. Errors of the original
/// model on them are the caller's own: kInvalidArgument.
Result<std::vector<OutputComparison>> VerifyOnInputs(const runtime::Engine& engine,
                                                     const ModelPair& models,
                                                     std::span<const TensorView> inputs,
                                                     double min_snr_db = kLeastSnrDb);

}  // namespace slipway::quantize
