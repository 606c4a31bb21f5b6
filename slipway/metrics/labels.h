// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace slipway::metrics {

/// Names and values that tell the series of one metric apart:
/// {{"model", "fashion"}, {"version", "1"}}. Values may be any text; names are ours.
using Labels = std::vector<std::pair<std::string, std::string>>;

}  // namespace slipway::metrics
