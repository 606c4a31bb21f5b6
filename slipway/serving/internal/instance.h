// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/runtime/session.h"
#include "slipway/serving/internal/batch_buffers.h"
#include "slipway/serving/internal/request_queue.h"
#include "slipway/serving/version_metrics.h"

#include <memory>
#include <span>
#include <vector>

namespace slipway::serving {

/// One executor of a version, with the buffers in which its batches are joined.
///
/// Not thread-safe: one thread at a time has it.
class Instance {
 public:
  /// `clock` and `metrics` outlive the instance.
  Instance(std::unique_ptr<runtime::Executor> executor, const Clock& clock,
           VersionMetrics& metrics);

  /// Runs `batch`, which left the queue at `started`, and answers each of its requests, which then
  /// hold nothing any more. Several that fail together are run again one by one. Returns the time
  /// at which the engine was done.
  SteadyTime Run(WaitingRequests& batch, SteadyTime started);

 private:
  SteadyTime RunAlone(WaitingRequest& waiting, SteadyTime started);
  SteadyTime RunTogether(WaitingRequests& batch, SteadyTime started);
  std::span<const TensorView> JoinInputs(const WaitingRequests& batch);

  const std::unique_ptr<runtime::Executor> executor_;
  const Clock& clock_;
  VersionMetrics& metrics_;
  BatchBuffers buffers_;
  // Used again call after call.
  std::vector<std::span<const TensorView>> inputs_;
  std::vector<SteadyTime> arrivals_;
  std::vector<std::vector<SharedTensor>> answers_;
};

}  // namespace slipway::serving
