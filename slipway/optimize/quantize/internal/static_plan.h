// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/internal/weighted_layer.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace slipway::quantize {

/// How a value becomes 8-bit codes.
struct QuantizedValue {
  /// The value whose range decides the scale: itself, or the value that pass-through operators made
  /// this one of.
  std::string range_of;
  /// Whether all that read the value read codes, because its producer computes them. Otherwise the
  /// producer gives floats, which only int8 operators read as codes.
  bool is_produced_as_codes = false;
};

/// Whether a node runs in int8, and if not, why.
struct NodeDecision {
  bool is_int8 = false;
  std::string reason;  ///< For people: why it stays float32, or that another node absorbs it.
  std::string slow_kind = {};  ///< See `LayerReport`.
};

/// Which operators of a graph run in int8 and which values are codes between them.
struct StaticPlan {
  std::vector<NodeDecision> nodes;  ///< One for each node of the graph, in its order.
  std::vector<WeightedLayer> layers;
  std::map<std::string, QuantizedValue, std::less<>> values;

  /// The values whose ranges must be known, each once.
  std::vector<std::string> ValuesToCalibrate() const;
};

/// Plans static quantization of the main graph `graph`, so that ONNX Runtime fuses each operator
/// with the Q and DQ around it: whatever multiplies by constant weights is int8 unless it would get
/// slower; what lies between int8 operators and has an int8 kernel is int8 as well; all else stays
/// float32. Nodes whose names are in `excluded` stay float32. With `admits_slow_kinds` layers of a
/// kind that mostly gets slower are int8, too.
StaticPlan PlanStaticQuantization(const graph::Graph& graph,
                                  const std::set<std::string, std::less<>>& excluded,
                                  bool admits_slow_kinds = false);

}  // namespace slipway::quantize
