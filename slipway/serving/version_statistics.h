// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"

#include <chrono>
#include <cstdint>
#include <vector>

namespace slipway::serving {

/// How often something was done, and how long that took in all.
struct DurationSum {
  std::uint64_t count = 0;
  std::chrono::nanoseconds total{0};

  friend bool operator==(const DurationSum&, const DurationSum&) = default;
};

/// The engine calls that had the same number of rows.
struct BatchStatistics {
  std::uint64_t rows = 0;
  DurationSum compute_input = {};
  DurationSum compute_infer = {};
  DurationSum compute_output = {};
};

/// What Triton's statistics extension tells of one version, since the model was first loaded.
struct VersionStatistics {
  ModelName model;
  VersionId version;
  std::chrono::milliseconds last_inference{0};  ///< Since 1970-01-01 UTC; 0: there was none.
  std::uint64_t inference_count = 0;            ///< Rows of all requests that succeeded.
  std::uint64_t execution_count = 0;            ///< Engine calls.
  DurationSum success = {};                     ///< From a request's arrival to its answer.
  DurationSum fail = {};                        ///< Refused and expired ones among them.
  DurationSum queue = {};
  DurationSum compute_input = {};
  DurationSum compute_infer = {};
  DurationSum compute_output = {};
  std::vector<BatchStatistics> batches = {};  ///< By `rows`, ascending.
};

}  // namespace slipway::serving
