// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/graph/model.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::evaluate {

/// A model, and what became of it.
struct ComparedModels {
  const graph::Model& original;
  const graph::Model& changed;
};

/// How far a value of the changed model is from the same value of the original.
struct ValueDifference {
  std::string value;    ///< Its name, in both models.
  std::string made_by;  ///< What makes it in the original: "Conv conv1".
  double snr_db = 0;    ///< As of `SignalToNoise`.
  double largest_error = 0;
};

struct CompareOptions {
  std::size_t max_samples = 256;  ///< Of all that there are; 0: all.
  std::size_t batch_size =
      32;  ///< Samples in one run, at least 1, unless a model fixes the number.
};

/// Runs both models on `samples`, which fit the one input of each, and compares every float32 value
/// that nodes of both main graphs make under the same name, in the original's order. What a pass
/// has folded away or renamed is left out. A value that is looked at is not fused with what follows
/// it, so that a quantized model may round it in another order.
///
/// kInvalidArgument if samples and models do not fit each other or there are none;
/// kFailedPrecondition if the models have no value in common, or one has another shape.
Result<std::vector<ValueDifference>> CompareValues(const runtime::Engine& engine,
                                                   const ComparedModels& models,
                                                   const dataset::SampleSource& samples,
                                                   const CompareOptions& options = {});

}  // namespace slipway::evaluate
