// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/load_generator.h"
#include "slipway/app/synthetic_input.h"
#include "slipway/base/ids.h"
#include "slipway/serving/inference_service.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

namespace slipway::app {

/// A load on a server in this process: one inference, over and over, in a closed loop.
struct InProcessLoad {
  ModelName model;
  std::optional<VersionId> version = {};
  std::span<const NamedTensor> inputs = {};  ///< Live as long as the measurement.
  std::size_t callers = 1;                   ///< Threads that each have one call at a time.
  std::chrono::milliseconds warmup{0};
  std::chrono::milliseconds duration{10'000};
};

/// Sends the call once, and fails if that does; then calls `service` from threads of its own and
/// measures what a caller sees. Blocks all that time.
Result<api::client::LoadResult> MeasureInProcess(serving::InferenceService& service,
                                                 const InProcessLoad& load);

}  // namespace slipway::app
