// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/calibrator.h"
#include "slipway/optimize/quantize/internal/static_plan.h"
#include "slipway/optimize/quantize/weight_quantizer.h"

#include <cstddef>
#include <map>

namespace slipway::quantize {

/// What became of the weights of one layer.
struct WeightOutcome {
  std::size_t scale_count = 0;
  double snr_db = 0;  ///< See `QuantizedWeight`.
};

/// A graph with QuantizeLinear and DequantizeLinear around its int8 operators.
struct QdqGraph {
  graph::Graph graph;
  std::map<std::size_t, WeightOutcome> weights;  ///< By the index of the node before rewriting.
};

/// Rewrites `graph` as `plan`, which was made for it, says, with QDQ pairs of opset 13: activations
/// uint8 per tensor, weights int8 per channel, biases int32. Float weights that nobody reads any
/// more are left out. `ranges` has the range of each of `plan.ValuesToCalibrate()`.
/// kInvalidArgument if a range or a weight is not finite.
Result<QdqGraph> WriteQdq(const graph::Graph& graph, const StaticPlan& plan,
                          const RangesByValue& ranges, WeightRange weight_range);

}  // namespace slipway::quantize
