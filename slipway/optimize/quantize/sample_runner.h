// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/runtime/session.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace slipway::quantize {

/// How samples are grouped for the engine.
struct BatchLimits {
  std::size_t first_sample = 0;  ///< Those before it are not run.
  std::size_t max_samples = 0;   ///< Of all the source has, from its start on; 0: all.
  std::size_t max_batch = 64;    ///< Samples in one call, where the model leaves the number free.
  /// Bytes that the outputs of one call may have, estimated from the first sample's.
  std::size_t max_output_bytes = std::size_t{16} << 20U;
};

/// Feeds samples to a session that has one input, batch after batch.
///
/// Not thread-safe; the session and the source outlive it.
class SampleRunner {
 public:
  /// What came of one batch: its input and the session's outputs, in their order.
  using Visit = std::function<Status(const Tensor& input, std::span<const SharedTensor> outputs)>;

  /// kInvalidArgument if the session has not exactly one input, or samples do not fit it, or there
  /// are none, or too few for the number that the model wants at once.
  static Result<SampleRunner> Create(const runtime::Session& session,
                                     const dataset::SampleSource& samples);

  /// Runs the samples and shows `visit` each batch; stops at its first error. A model that wants a
  /// fixed number of samples at once gets whole batches alone: what is left over is not run.
  Status ForEachBatch(const BatchLimits& limits, const Visit& visit);

 private:
  SampleRunner(const runtime::Session& session, const dataset::SampleSource& samples);
  // Runs one batch; returns the bytes of the outputs.
  Result<std::size_t> RunBatch(std::size_t first, std::size_t count, const Visit& visit);

  const dataset::SampleSource& samples_;
  const std::size_t fixed_batch_;  // 0: any number at once.
  std::unique_ptr<runtime::Executor> executor_;
};

}  // namespace slipway::quantize
