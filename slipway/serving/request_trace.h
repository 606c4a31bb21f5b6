// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/serving/infer_request.h"
#include "slipway/serving/trace_context.h"
#include "slipway/serving/trace_settings.h"
#include "slipway/serving/version_metrics.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::serving {

/// What is written about one request. Filled by the threads that have the request, one after the
/// other.
struct RequestTrace {
  std::uint64_t id = 0;  ///< From 1, in the order in which traces begin.
  ModelName model;
  VersionId version;
  std::string request_id = {};  ///< The caller's.
  std::optional<TraceContext> context = {};
  TraceSetting setting = {};
  SteadyTime begun = {};   ///< The server got the request.
  SteadyTime queued = {};  ///< It passed all checks.
  CallTimes times = {};    ///< Of the engine call that answered it; all 0 if none did.
  SteadyTime ended = {};   ///< Its answer was ready.
  // Only at the level TENSORS; shared, not copied.
  std::vector<InputTensor> inputs = {};
  std::shared_ptr<const void> storage = {};  ///< Keeps the bytes of `inputs` alive.
  std::vector<OutputTensor> outputs = {};
};

}  // namespace slipway::serving
