// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <cstddef>
#include <functional>
#include <set>
#include <string>

namespace slipway::quantize {

/// A report on `graph` in which every node is float32: with its layers, and with notes on what has
/// subgraphs, which no method looks into. `float_bytes` is what the file had before.
QuantizeReport StartReport(const graph::Graph& graph, std::size_t float_bytes);

/// kInvalidArgument if one of the `names`, which are to be excluded, is no node of `graph`.
Status CheckExcluded(const graph::Graph& graph, const std::set<std::string, std::less<>>& names);

}  // namespace slipway::quantize
