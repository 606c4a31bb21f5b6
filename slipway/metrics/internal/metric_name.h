// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace slipway::metrics {

/// Whether `name` matches [a-zA-Z_:][a-zA-Z0-9_:]*.
bool IsMetricName(std::string_view name);
/// Whether `name` matches [a-zA-Z_][a-zA-Z0-9_]* and is neither "le", which histograms use, nor
/// "quantile", which summaries use.
bool IsLabelName(std::string_view name);

}  // namespace slipway::metrics
