// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/calibrator.h"
#include "slipway/optimize/quantize/integer_format.h"
#include "slipway/optimize/quantize/internal/static_plan.h"
#include "slipway/optimize/quantize/weight_quantizer.h"

#include <cstddef>
#include <map>
#include <vector>

namespace slipway::quantize {

/// What became of the weights of one layer.
struct WeightOutcome {
  std::size_t scale_count = 0;
  evaluate::WeightChange change;
};

/// A graph with QuantizeLinear and DequantizeLinear around its int8 operators.
struct QdqGraph {
  graph::Graph graph;
  std::map<std::size_t, WeightOutcome> weights;  ///< By the index of the node before rewriting.
};

/// What integers are written.
struct QdqOptions {
  IntegerFormat format = {};
  WeightRange weight_range = WeightRange::kFull;
  /// The means of the inputs of layers whose biases are to make up for the rounding of the weights.
  ChannelsByValue means = {};
};

/// The inputs of the layers of `plan`, which was made for `graph`, whose biases can be corrected.
std::vector<ChannelValue> ValuesToCorrectBy(const graph::Graph& graph, const StaticPlan& plan);

/// Rewrites `graph` as `plan`, which was made for it, says, with QDQ pairs of opset 13: activations
/// and weights as `options` say, biases int32. Float weights that nobody reads any more are left
/// out. `ranges` has the range of each of `plan.ValuesToCalibrate()`. kInvalidArgument if a range
/// or a weight is not finite.
Result<QdqGraph> WriteQdq(const graph::Graph& graph, const StaticPlan& plan,
                          const RangesByValue& ranges, const QdqOptions& options);

}  // namespace slipway::quantize
