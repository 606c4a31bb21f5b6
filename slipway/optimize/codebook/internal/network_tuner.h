// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/codebook/coded_weight.h"
#include "slipway/optimize/codebook/internal/free_constants.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace slipway::codebook {

/// A layer whose codes stay, while what they stand for moves: the entries of the codebook, or the
/// scales of the rows if there are any; and the bias.
struct TunedLayer {
  std::string weight;  ///< The initializer that the codes are for.
  CodedWeight coded;
  std::string bias = {};  ///< An initializer, one number for each row; empty if there is none.
  std::vector<float> bias_values = {};  ///< What the bias is instead of what the model says.
};

/// What moves: numbers that layers' codes stand for, and constants that are no codes.
struct TunedParts {
  std::vector<TunedLayer> layers;
  std::vector<FreeConstant> constants = {};
};

/// What is brought close to what.
struct TuningTask {
  const graph::Model& original;  ///< What the samples are to give.
  /// A model of the same input and output that has the weights and biases of the layers, and the
  /// constants.
  const graph::Model& tuned;
  const dataset::SampleSource& samples;
};

/// How long and how fast.
struct TuneOptions {
  std::size_t passes = 4;  ///< Over the samples.
  std::size_t max_samples = 4096;
  std::size_t batch = 64;
  /// The first step of scales, biases and constants, relative to the root mean square of their
  /// like; steps shrink to zero along a cosine (Adam, Kingma and Ba 2015).
  double rate = 0.003;
  /// The same of entries of codebooks, each of which has many weights to make good for.
  double entry_rate = 0.01;
  std::uint64_t seed = 1;  ///< Of the order of batches.
};

/// What came of it.
struct TuningOutcome {
  bool is_better = false;  ///< Otherwise the parts are as they were.
  /// The mean distance of the outputs (`WithGradients`) on samples that are not tuned on.
  double distance_before = 0;
  double distance_after = 0;
  std::string note;  ///< For people: why it was not tried.
};

/// Moves `parts` so that the outputs of the whole network come close to those of the original. An
/// eighth of the samples is kept to judge it by: if it is no closer on them, nothing changes. The
/// constants stay if there is no derivative by one of them. Models with operators that have no
/// derivative here stay as they are, and so do those that want a fixed number of samples at once.
///
/// An error of the samples alone is an error.
Result<TuningOutcome> TuneNetwork(const runtime::Engine& engine, const TuningTask& task,
                                  TunedParts& parts, const TuneOptions& options);

}  // namespace slipway::codebook
