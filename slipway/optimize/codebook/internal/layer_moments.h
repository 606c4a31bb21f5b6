// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/codebook/internal/weight_layers.h"
#include "slipway/optimize/codebook/second_moments.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace slipway::codebook {

/// The moments of what each layer takes in, by the index of its node: one for each of its groups
/// (`InputRows::groups`).
using LayerMoments = std::map<std::size_t, std::vector<SecondMoments>>;

/// How moments are collected.
struct MomentOptions {
  std::size_t max_samples = 4096;  ///< From the first on; 0: all.
  /// Vectors of each layer, about; a sample of a convolution has many.
  std::size_t max_rows = 32'768;
  /// Columns of a layer's matrix: with more it gets no moments, whose memory is their square.
  std::size_t max_columns = 4096;
};

/// A model and the data that it is for.
struct ModelOnData {
  const graph::Model& model;
  const dataset::SampleSource& samples;
};

/// Runs the model, of which `layers` are some, on the samples in `engine`, and sums up what the
/// layers take in. Layers whose input is not read (`InputRows`) are left out. kInvalidArgument if
/// the samples do not fit the model or a value is not finite on them.
Result<LayerMoments> CollectMoments(const runtime::Engine& engine, const ModelOnData& on_data,
                                    std::span<const WeightLayer> layers,
                                    const MomentOptions& options);

}  // namespace slipway::codebook
