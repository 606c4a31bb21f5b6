// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/metrics/registry.h"

#include <span>
#include <string>

namespace slipway::app {

/// What `--metrics-config` asks for, a setting an element: `histogram_latencies`, on unless it is
/// false, and `summary_latencies`, off unless it is true. kInvalidArgument for others.
Result<metrics::RegistryOptions> ParseMetricsConfig(std::span<const std::string> settings);

}  // namespace slipway::app
