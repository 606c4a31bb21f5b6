// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/runtime/session.h"
#include "slipway/serving/batch_layout.h"
#include "slipway/serving/internal/batch_buffers.h"
#include "slipway/serving/internal/response_order.h"
#include "slipway/serving/internal/waiting_request.h"
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
  /// What an instance works with; all outlive it.
  struct Parts {
    const Clock& clock;
    VersionMetrics& metrics;
    const BatchLayout& layout;
    ResponseOrder* order = nullptr;  ///< Null: answers leave when they are there.
  };
  Instance(std::unique_ptr<runtime::Executor> executor, const Parts& parts);

  /// Runs `batch`, which left the queue at `started`, and answers each of its requests, which then
  /// hold nothing any more. Several that fail together are run again one by one. Returns the time
  /// at which the engine was done.
  SteadyTime Run(WaitingRequests& batch, SteadyTime started);

 private:
  using Requests = std::span<WaitingRequest* const>;

  SteadyTime RunAlone(WaitingRequest& waiting, SteadyTime started);
  SteadyTime RunAsItIs(WaitingRequest& waiting, SteadyTime started);
  SteadyTime RunTogether(Requests requests, SteadyTime started);
  std::span<const TensorView> JoinInputs(Requests requests);
  Status Distribute(std::vector<SharedTensor> outputs, Requests requests);
  void Answer(WaitingRequest& waiting, RequestOutputs outputs);

  const std::unique_ptr<runtime::Executor> executor_;
  const Parts parts_;
  BatchBuffers buffers_;
  // Used again call after call.
  std::vector<WaitingRequest*> requests_;
  std::vector<BatchBuffers::Inputs> inputs_;
  std::vector<SteadyTime> arrivals_;
  std::vector<std::vector<SharedTensor>> answers_;
};

}  // namespace slipway::serving
