// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/runtime/session.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace slipway::evaluate {

/// How samples are run through a model.
struct EvaluateOptions {
  /// Samples in one run, at least 1, unless the model fixes the number. Memory is that of one run.
  std::size_t batch_size = 32;
  /// Called after each run with the samples done and all there are; may be empty.
  std::function<void(std::size_t done, std::size_t total)> progress = {};
};

/// The classes that a model predicts.
struct Predictions {
  std::int64_t class_count = 0;
  std::vector<std::int64_t> classes;  ///< One for each sample.
};

/// How good a model is on labelled samples.
struct Evaluation {
  std::size_t samples = 0;
  std::size_t correct = 0;
  double top1 = 0;                        ///< The share of samples whose class is right, 0 to 1.
  std::vector<std::int64_t> predictions;  ///< The predicted class of each sample.
};

/// Runs `samples` through `session` and returns for each the class with the greatest score in the
/// model's first output, the first such class if there are several. The model has one input, which
/// the samples fit, and its first output is float32 or float64 of shape [n,classes].
///
/// kInvalidArgument if model and samples do not fit each other, there are no samples, or a score is
/// not finite; the message names the sample.
Result<Predictions> Predict(const runtime::Session& session, const dataset::SampleSource& samples,
                            const EvaluateOptions& options = {});

/// Predicts the classes of `samples` and compares them with `labels`, one for each. Errors as of
/// `Predict`; kInvalidArgument, too, if labels are missing or name no class of the model.
Result<Evaluation> EvaluateTop1(const runtime::Session& session,
                                const dataset::SampleSource& samples,
                                std::span<const std::int64_t> labels,
                                const EvaluateOptions& options = {});

}  // namespace slipway::evaluate
