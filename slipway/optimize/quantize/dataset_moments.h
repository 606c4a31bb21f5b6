// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/dataset/sample_source.h"
#include "slipway/optimize/quantize/input_moments.h"
#include "slipway/optimize/quantize/sample_runner.h"
#include "slipway/runtime/engine.h"

namespace slipway::quantize {

/// Finds moments by running the model on samples. Those of several values are summed up in one run,
/// as many as fit 32 MiB; a value of depth n takes 4 n² bytes. Of what a convolution's kernel
/// covers, 64 places of each sample count.
///
/// Not thread-safe; the engine and the samples outlive it.
class DatasetMoments final : public MomentsSource {
 public:
  DatasetMoments(const runtime::Engine& engine, const dataset::SampleSource& samples,
                 const BatchLimits& batches = {})
      : engine_(engine), samples_(samples), batches_(batches) {}

  Status ForEach(const graph::Model& model, std::span<const VectorValue> values,
                 const Visit& visit) override;

 private:
  const runtime::Engine& engine_;
  const dataset::SampleSource& samples_;
  const BatchLimits batches_;
};

}  // namespace slipway::quantize
