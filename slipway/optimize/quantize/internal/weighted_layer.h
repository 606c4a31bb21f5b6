// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/weight_layout.h"

#include <cstddef>
#include <expected>
#include <string>

namespace slipway::quantize {

/// A node whose weights become int8.
struct WeightedLayer {
  std::size_t node = 0;  ///< Its index in the graph.
  std::string input;     ///< The value that varies.
  std::string weight;    ///< A float32 initializer.
  std::string bias;      ///< A float32 initializer with one element per channel; empty if none.
  WeightLayout layout;
};

/// `node`, which has the role kWeighted and index `index` in `graph`, as a layer with int8 weights;
/// or, for people, why it must stay in float32.
std::expected<WeightedLayer, std::string> AsWeightedLayer(const graph::Node& node,
                                                          std::size_t index,
                                                          const graph::Graph& graph);

/// For people, why `layer`, which is `node`, had better stay in float32: its kind mostly gets
/// slower by int8. Empty if it does not.
std::string WhyMostlySlower(const graph::Node& node, const WeightedLayer& layer,
                            const graph::Graph& graph);

}  // namespace slipway::quantize
