// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/sample_runner.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace slipway::quantize {

/// What a model is run on, and how. The engine and the samples outlive it.
struct ValueStream {
  const runtime::Engine& engine;
  const dataset::SampleSource& samples;
  BatchLimits batches;

  /// Shows what the value with an index has on a batch of so many samples.
  using Visit =
      std::function<Status(std::size_t value, const TensorView& view, std::size_t samples)>;

  /// Runs `model` once on the samples and shows `visit` each of `values`, float32 values of its
  /// main graph, batch after batch; stops at its first error. kInvalidArgument if there is no data,
  /// it does not fit the model, or a value is not finite on it.
  Status Run(const graph::Model& model, std::span<const std::string> values,
             const Visit& visit) const;
};

}  // namespace slipway::quantize
