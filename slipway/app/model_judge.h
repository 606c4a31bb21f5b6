// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/search/judge.h"
#include "slipway/runtime/engine.h"

namespace slipway::app {

/// How long a model is timed.
struct TimingEffort {
  std::size_t batch = 32;  ///< Fewer if there are fewer samples, or as many as the model fixes.
  int rounds = 5;
  std::size_t runs = 15;  ///< In each round, after a few that are not measured.
};

/// Judges what becomes of a float32 model by top-1 on labelled data and by the noise of its first
/// float32 output.
///
/// All that it is made of outlives it. Not thread-safe.
class ModelJudge {
 public:
  ModelJudge(const runtime::Engine& engine, const graph::Model& float32, const AdaptedData& data)
      : engine_(engine), float32_(float32), data_(data) {}

  /// kInvalidArgument if the data has no labels.
  Result<search::Judgement> Judge(const graph::Model& model) const;
  /// The least of the medians of several rounds of the time of a run on one thread, in seconds.
  Result<double> Seconds(const graph::Model& model, const TimingEffort& effort = {}) const;

 private:
  const runtime::Engine& engine_;
  const graph::Model& float32_;
  const AdaptedData& data_;
};

}  // namespace slipway::app
