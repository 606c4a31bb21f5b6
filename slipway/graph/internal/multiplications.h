// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/graph/shape_inference.h"

#include <cstdint>
#include <optional>

namespace slipway::graph {

/// Whether `node` is a convolution or matrix product, the operators whose work is counted.
bool HasMultiplications(const Node& node);

/// How often `node` multiplies and adds, by the formulas at `ModelSummary`; 0 if it is no
/// convolution or matrix product, nothing if a size that counts is not in `values`.
std::optional<std::uint64_t> MultiplicationsOf(const Node& node, const ValueTable& values);

}  // namespace slipway::graph
