// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstddef>

namespace slipway::quantize {

/// Replaces each operator of `model`, which `WriteQdq` wrote, together with the QuantizeLinear and
/// DequantizeLinear around it by the one operator on codes that the engine would make of them: Conv
/// by QLinearConv, and so on, and operators that only move values by themselves on codes. What has
/// no such operator keeps its pairs. Returns how many it replaced; if any is of the domain
/// com.microsoft, the model imports that.
std::size_t RewriteAsQOperators(graph::Model& model);

}  // namespace slipway::quantize
