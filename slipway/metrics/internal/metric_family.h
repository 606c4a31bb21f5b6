// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace slipway::metrics {

/// What all series of a metric have in common.
struct MetricFamily {
  std::string_view name;
  std::string_view help;
};

}  // namespace slipway::metrics
